internal import HeapModule
internal import SibylCore

/// What the simulation does at a moment.
enum Happening {
    /// A process looks at its sockets and its clock: one turn of its loop.
    case turn(node: Int)
    /// The first message of a channel has crossed the network.
    case arrival(channel: Int)
    /// A dealer tries to connect.
    case dial(socket: Int)
    /// A handshake has crossed the network.
    case handshake(connection: Int)
    /// One end of a connection has had no sign of the other for as long as ZMTP's heartbeats allow.
    case silence(channel: Int, since: Instant)
    /// An executor is done with what it computed.
    case computed(node: Int, executor: Int, life: Int)
    /// A client's program wants to do something.
    case wish(node: Int, life: Int)
    case fault(index: Int)
    case faultEnds(index: Int)
    /// A process is started, again or for the first time.
    case start(node: Int)
    /// Faults and load are over: everything that is broken is mended.
    case calm
    /// Whether everything has drained yet.
    case look
}

/// The simulated clock, and what is due when: in order of time, and of being asked for within one moment.
final class Scheduler {
    private struct Entry: Comparable {
        let time: Instant
        let number: UInt64
        let happening: Happening

        static func < (left: Entry, right: Entry) -> Bool {
            left.time == right.time ? left.number < right.number : left.time < right.time
        }

        static func == (left: Entry, right: Entry) -> Bool { left.number == right.number }
    }

    private(set) var now = Instant(nanoseconds: 0)
    private var entries = Heap<Entry>()
    private var count: UInt64 = 0
    /// When each process has its next turn.
    private var turns: [Instant]

    init(nodes: Int) {
        turns = [Instant](repeating: .distantFuture, count: nodes)
    }

    func schedule(_ happening: Happening, at time: Instant) {
        count += 1
        entries.insert(Entry(time: max(time, now), number: count, happening: happening))
    }

    func schedule(_ happening: Happening, after span: Instant.Span) {
        schedule(happening, at: now + span)
    }

    /// Asks for a turn by that time; an earlier one that was asked for already will do.
    func requestTurn(of node: Int, at time: Instant) {
        let time = max(time, now)
        guard time < turns[node] else { return }
        turns[node] = time
        schedule(.turn(node: node), at: time)
    }

    /// Takes back what was asked for: the process is dead or frozen.
    func cancelTurns(of node: Int) {
        turns[node] = .distantFuture
    }

    /// Moves the clock to what is due next.
    func next() -> Happening? {
        // Ends with the entries; each turn takes one.
        while let entry = entries.popMin() {
            now = entry.time
            guard case .turn(let node) = entry.happening else { return entry.happening }
            // A turn that was moved to an earlier time is due then only.
            guard turns[node] == entry.time else { continue }
            turns[node] = .distantFuture
            return entry.happening
        }
        return nil
    }
}
