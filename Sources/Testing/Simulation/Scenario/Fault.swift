internal import SibylCore

/// Something that goes wrong, and for how long.
struct Fault: Sendable {
    enum Kind: Sendable {
        /// SIGKILL; a supervisor starts it again after the span.
        case kill(Int)
        /// SIGSTOP, and SIGCONT after the span.
        case freeze(Int)
        /// SIGTERM; started again after the span, counted from its end.
        case drain(Int)
        /// SIGTERM twice.
        case stop(Int)
        /// Nothing passes between two, and neither is told.
        case partition(Int, Int)
        /// Nothing passes between one and all others.
        case isolate(Int)
        /// The connections between two break, and both are told.
        case reset(Int, Int)
    }

    var time: Instant
    var kind: Kind
    var span: Instant.Span
}

extension Fault.Kind {
    /// As the table of what was covered names it.
    func label(_ nodes: NodeNumbers) -> String {
        switch self {
        case .kill(let node): "\(Self.family(node, nodes)) killed"
        case .freeze(let node): "\(Self.family(node, nodes)) stopped and continued"
        case .drain(let node): "\(Self.family(node, nodes)) drained"
        case .stop(let node): "\(Self.family(node, nodes)) told to leave at once"
        case .partition: "partition between two"
        case .isolate: "partition around one"
        case .reset: "connection reset"
        }
    }

    func line(_ nodes: NodeNumbers) -> String {
        switch self {
        case .kill(let node): "\(nodes.name(of: node)) is killed"
        case .freeze(let node): "\(nodes.name(of: node)) is stopped"
        case .drain(let node): "\(nodes.name(of: node)) is told to drain"
        case .stop(let node): "\(nodes.name(of: node)) is told to leave at once"
        case .partition(let one, let other):
            "nothing passes between \(nodes.name(of: one)) and \(nodes.name(of: other))"
        case .isolate(let node): "nothing passes to or from \(nodes.name(of: node))"
        case .reset(let one, let other):
            "the connections between \(nodes.name(of: one)) and \(nodes.name(of: other)) break"
        }
    }

    private static func family(_ node: Int, _ nodes: NodeNumbers) -> String {
        if nodes.brokers.contains(node) { return "broker" }
        return nodes.workers.contains(node) ? "worker" : "client"
    }
}
