internal import Glibc
package import Logging
package import SibylBroker
internal import SibylCore
internal import SibylInference
internal import SibylModel
internal import SibylTransport
internal import Synchronization

/// A process that is a worker and nothing else, from loading its models to its end.
package struct WorkerProcess: ~Copyable {
    private enum Event: Sendable {
        case workerEnded
        case brokerEnded
        case workerJoined
    }

    /// For whom it works.
    package enum Role: Sendable {
        /// For the brokers of its configuration.
        case behindBrokers
        /// For clients that reach it directly: a broker of its own, in the same process, gives it the whole protocol.
        case alone(BrokerConfiguration)
    }

    private var queue: EventQueue<Event>
    private let worker: Worker
    private let broker: Broker?
    private let ready: (String) -> Void
    private let modelNames: String
    private let models: any ModelProvider

    /// Loads the models and begins to work.
    ///
    /// - Parameters:
    ///   - ready: told once, in words, when clients can be served.
    ///   - models: where the models come from.
    /// - Throws: what `models` throws, and `TransportError` for an endpoint that can't be.
    package init(
        _ configuration: WorkerConfiguration, _ role: Role, logger: Logger, ready: @escaping (String) -> Void,
        models: any ModelProvider
    ) throws {
        // Before any thread, a model's included: the signals are to arrive here alone.
        let queue = EventQueue<Event>(signals: [SIGTERM, SIGINT], capacity: 16)
        let publisher = ModelPublisher()
        let set = try models.start { publisher.publish($0) }
        let names = Self.names(in: set)
        logger.info(names.isEmpty ? "there is no model yet" : "loaded \(names)")
        let context = Context()
        var configuration = configuration
        var broker: Broker?
        if case .alone(var own) = role {
            own.backend = "inproc://sibyl-backend"
            // Neither of the two threads outlives the other: a silence says only that the machine is busy.
            own.limits.livenessTimeout = .seconds(86_400)
            configuration.brokers = [own.backend]
            broker = try Self.broker(own, in: context, logger, queue.mailbox)
        }
        let worker = try Worker(configuration, models: set, in: context, logger: logger) { models.carryOut($0) }
        publisher.connect(to: worker)
        try Self.tell(.workerEnded, to: queue.mailbox) { worker.wait() }
        self.init(queue: queue, worker: worker, broker: broker, modelNames: names, models: models, ready: ready)
    }

    private init(
        queue: consuming EventQueue<Event>, worker: Worker, broker: Broker?, modelNames: String,
        models: any ModelProvider, ready: @escaping (String) -> Void
    ) {
        self.queue = queue
        self.worker = worker
        self.broker = broker
        self.modelNames = modelNames
        self.models = models
        self.ready = ready
    }

    /// By name and then newest version first.
    private static func names(in set: ModelSet) -> String {
        let known = set.entries.map { ($0.model.metadata.qualifiedName, $0.model.metadata.version.description) }
        let sorted = known.sorted { $0.0 != $1.0 ? $0.0 < $1.0 : VersionOrder($1.1) < VersionOrder($0.1) }
        return sorted.map { "\($0) \($1)" }.joined(separator: ", ")
    }

    private static func broker(
        _ configuration: BrokerConfiguration, in context: Context, _ logger: Logger, _ mailbox: Mailbox<Event>
    ) throws -> Broker {
        let broker = try Broker(configuration, in: context, logger: logger) { note in
            if case .workerJoined = note { _ = mailbox.send(.workerJoined) }
        }
        try tell(.brokerEnded, to: mailbox) { broker.wait() }
        return broker
    }

    private static func tell(
        _ event: Event, to mailbox: Mailbox<Event>, after wait: @escaping @Sendable () -> Void
    ) throws {
        // Nobody joins it: it ends with what it waits for.
        _ = try SystemThread(name: "sibyl-wait") {
            wait()
            _ = mailbox.send(event)
        }
    }

    /// Works until a signal has been obeyed. The first one drains, a second one ends the process at once.
    package mutating func run() {
        var isDraining = false
        // Ends with the worker, which a signal makes drain within its time.
        while true {
            switch queue.next() {
            case .signal(let number):
                if isDraining { _exit(128 + number) }
                isDraining = true
                // Alone, the broker finishes first, while its worker still works.
                if let broker { broker.drain() } else { worker.drain() }
            case .event(.brokerEnded): worker.stop()
            case .event(.workerJoined): if let broker { ready("serving \(modelNames) on \(broker.frontend)") }
            case .event(.workerEnded):
                models.stop()
                // What is not written by then is lost: a disk that hangs holds up no process's end.
                OpenLogs.finish(within: 5_000_000_000)
                return
            case .deadline: continue
            }
        }
    }
}

/// Hands sets of models on to a worker that may not be there yet. What comes before it is there is kept, the last of it.
private final class ModelPublisher: Sendable {
    private struct State {
        var worker: Worker?
        var pending: ModelSet?
    }

    private let state = Mutex(State())

    func publish(_ set: ModelSet) {
        state.withLock { state in
            if let worker = state.worker { worker.serve(set) } else { state.pending = set }
        }
    }

    func connect(to worker: Worker) {
        state.withLock { state in
            state.worker = worker
            if let set = state.pending { worker.serve(set) }
            state.pending = nil
        }
    }
}
