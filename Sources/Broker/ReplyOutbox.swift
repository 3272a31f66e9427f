internal import BasicContainers
internal import SibylProtocol
internal import SibylTransport

/// Replies on their way to clients, kept until a burst of incoming ones is dealt with.
///
/// libzmq's own thread wakes at the first message that it is given, and writes what is there by then. Given one message
/// at a time between other work, it writes each alone; given many at once, dozens in one system call.
///
/// Short frames are kept a while after they were sent, so that libzmq's thread, which lets go of them first, has nothing to
/// free: memory that one thread takes and another gives back has both wait for the allocator's lock.
struct ReplyOutbox: ~Copyable {
    struct Entry: ~Copyable {
        var peer = PeerID(rawValue: 0)
        var isDelimited = false
        var first = Message()
        var hasSecond = false
        var second = Message()
    }

    /// Entries are used in turn, so many and a burst of the loop at the most: libzmq has sent a message long before its
    /// entry's next turn, and what short frames they keep still lies in the processor's cache.
    private static let round = 256
    /// Frames up to this length are kept; longer ones are worth more than the lock.
    private static let shortest = WorkerMessage.joinedBytes

    private var entries = UniqueArray<Entry>()
    /// The place of the first message that is not sent.
    private var first = 0
    private(set) var count = 0

    /// Adds a message, of which the caller fills `first` and if need be `second`.
    ///
    /// - Returns: its place, for `subscript`.
    mutating func add(to peer: PeerID, isDelimited: Bool, hasSecond: Bool) -> Int {
        let place = first + count
        if place == entries.count { entries.append(Entry()) }
        entries[place].peer = peer
        entries[place].isDelimited = isDelimited
        entries[place].hasSecond = hasSecond
        count += 1
        return place
    }

    subscript(_ place: Int) -> Entry {
        _read { yield entries[place] }
        _modify { yield &entries[place] }
    }

    /// Sends all messages, in order.
    ///
    /// - Parameter failed: told of each peer that a message did not reach: it is gone, or doesn't read.
    mutating func flush(through socket: borrowing Socket, to peers: borrowing PeerTable, failed: (PeerID) -> Void) {
        for place in first..<first + count {
            guard socket.address(entries[place].peer, by: peers) else {
                failed(entries[place].peer)
                entries[place].first.clear()
                entries[place].second.clear()
                continue
            }
            // The rest of a message whose first frame was taken is always taken.
            if entries[place].isDelimited { _ = socket.send(Message(), more: true) }
            let hasSecond = entries[place].hasSecond
            Self.send(&entries[place].first, more: hasSecond, through: socket)
            if hasSecond { Self.send(&entries[place].second, more: false, through: socket) }
        }
        first = first + count < Self.round ? first + count : 0
        count = 0
    }

    @inline(__always)
    private static func send(_ frame: inout Message, more: Bool, through socket: borrowing Socket) {
        if frame.count > shortest {
            _ = socket.send(&frame, more: more)
        } else {
            var shared = Message()
            frame.share(into: &shared)
            _ = socket.send(&shared, more: more)
        }
    }
}

extension Socket {
    /// Sends the frame that a ROUTER finds a peer by; false when there is no such peer, or no room for it.
    @inline(__always)
    func address(_ peer: PeerID, by peers: borrowing PeerTable) -> Bool {
        let outcome = peers.withAddress(of: peer) { address in
            if case .sent = send(address, more: true) { true } else { false }
        }
        return outcome ?? false
    }
}
