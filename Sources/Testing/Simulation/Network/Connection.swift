internal import DequeModule
internal import SibylCore

/// One direction of a connection: what was sent and has not arrived. Its order is kept.
struct Channel {
    enum Item {
        case packet(Packet)
        /// The sender's end was closed, or the connection broke.
        case end
    }

    private(set) var items = Deque<(item: Item, due: Instant)>()
    private var lastDue = Instant(nanoseconds: 0)
    /// Arrived and not yet read.
    var unread = 0
    /// Whether its first message is on the scheduler's list.
    var isScheduled = false
    /// Whether it waits for a partition, a frozen process or a full inbox to end.
    var isHeld = false
    /// Whether the other end is gone without this one knowing: what is sent is lost.
    var isBroken = false

    var isEmpty: Bool { items.isEmpty }
    var first: (item: Item, due: Instant)? { items.first }
    /// Messages that one side sent and the other did not read.
    var load: Int { items.count + unread }

    mutating func append(_ item: Item, due: Instant) {
        lastDue = max(lastDue, due)
        items.append((item, lastDue))
    }

    mutating func removeFirst() { items.removeFirst() }

    /// Loses what is on its way but for the first `count`. Returns the last `unsent`, which had not been written yet.
    mutating func cut(to count: Int, unsent: Int = 0) -> [Packet] {
        var kept: [Packet] = []
        while items.count > count {
            if case .packet(let packet) = items.removeLast().item, kept.count < unsent { kept.append(packet) }
        }
        isBroken = true
        return kept.reversed()
    }

    mutating func clear() { items.removeAll() }
}

/// A connection from a dealer to a router.
struct Connection {
    let dealer: Int
    let router: Int
    /// Whether its ends are open, as the processes themselves see it.
    var dealerIsOpen = false
    var routerIsOpen = false
    /// The dealer's socket takes no message before, although its monitor told of the connection.
    var ready = Instant(nanoseconds: 0)
    var toRouter = Channel()
    var toDealer = Channel()
    /// Whether what is sent while the other end is gone is still in the socket when that is noticed.
    var keepsUnsent = false

    subscript(direction: Direction) -> Channel {
        _read {
            switch direction {
            case .toRouter: yield toRouter
            case .toDealer: yield toDealer
            }
        }
        _modify {
            switch direction {
            case .toRouter: yield &toRouter
            case .toDealer: yield &toDealer
            }
        }
    }
}

enum Direction: Int {
    case toRouter = 0
    case toDealer = 1
}

/// A process's socket. Its number stays its own for good.
struct SimulatedSocket {
    enum Kind {
        case dealer, router
    }

    struct Received {
        var connection: Int
        var packet: Packet
    }

    /// What a monitor tells.
    enum Event {
        case connected
        case disconnected(connection: Int)
    }

    let owner: Int
    let kind: Kind
    let address: Address
    var isOpen = true
    var inbox = Deque<Received>()
    var events = Deque<Event>()
    /// A dealer's connection, once it stands.
    var connection: Int?
    /// Failed tries to connect since the last connection.
    var tries = 0
    var isDialHeld = false
    /// What a dealer that isn't `immediate` has been given and has not written to a connection: it goes over the next.
    var backlog = Deque<Packet>()

    /// As the shells set them up: a worker's socket takes nothing while there is no connection, a client's keeps it.
    var isImmediate: Bool { address.side == .backend }
}

/// Where a broker can be reached.
struct Address: Equatable {
    enum Side: Int {
        case frontend = 0
        case backend = 1
    }

    var broker: Int
    var side: Side

    var index: Int { broker * 2 + side.rawValue }
}
