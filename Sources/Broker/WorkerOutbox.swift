internal import BasicContainers
internal import SibylProtocol
internal import SibylTransport

/// Messages on their way to workers, kept until a burst of incoming ones is dealt with. By then several short ones may be
/// there for one worker, which then leave in one bundle.
struct WorkerOutbox: ~Copyable {
    /// For one worker: short messages, or one long.
    struct Entry: ~Copyable {
        var worker = PeerID(rawValue: 0)
        var bundle = MessageBundle()
        var isLong = false
        var head = Message()
        var payload = Message()
    }

    /// How many of the last entries are searched for a worker's own: a broadcast to thousands is not to take a search of
    /// thousands for each.
    private static let searched = 64

    /// Entries are used again: those from `entryCount` on are empty. There are as many as messages ever gathered, at most a
    /// burst of the loop, and each keeps a bundle's room.
    private var entries = UniqueArray<Entry>()
    private var entryCount = 0
    /// The messages in them.
    private(set) var count = 0

    /// Adds a message of one frame, of `byteCount` bytes, which `write` must all write.
    @inline(__always)
    mutating func add(to worker: PeerID, byteCount: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) {
        let place = openEntry(of: worker, for: byteCount) ?? addEntry(for: worker)
        entries[place].bundle.append(byteCount: byteCount, write)
        count += 1
    }

    /// Adds a message of two frames, which the caller puts into `head` and `payload`.
    ///
    /// - Returns: its place, for `subscript`.
    mutating func addLong(to worker: PeerID) -> Int {
        let place = addEntry(for: worker)
        entries[place].isLong = true
        count += 1
        return place
    }

    subscript(_ place: Int) -> Entry {
        _read { yield entries[place] }
        _modify { yield &entries[place] }
    }

    /// The last entry of a worker, unless it is closed: what comes later may not overtake it.
    private func openEntry(of worker: PeerID, for byteCount: Int) -> Int? {
        var place = entryCount
        let end = max(0, entryCount - Self.searched)
        while place > end {
            place -= 1
            guard entries[place].worker == worker else { continue }
            return !entries[place].isLong && entries[place].bundle.hasRoom(for: byteCount) ? place : nil
        }
        return nil
    }

    private mutating func addEntry(for worker: PeerID) -> Int {
        if entryCount == entries.count { entries.append(Entry()) }
        entries[entryCount].worker = worker
        entries[entryCount].isLong = false
        entryCount += 1
        return entryCount - 1
    }

    /// Sends all messages; those for one worker in order.
    ///
    /// - Parameter failed: told of each worker that a message did not reach: it is gone, or doesn't read.
    mutating func flush(
        through socket: borrowing Socket, to workers: borrowing PeerTable, failed: (PeerID) -> Void
    ) {
        for place in 0..<entryCount {
            if socket.address(entries[place].worker, by: workers) {
                // The rest of a message whose first frame was taken is always taken.
                if entries[place].isLong {
                    _ = socket.send(&entries[place].head, more: true)
                    _ = socket.send(&entries[place].payload)
                } else {
                    _ = socket.send(entries[place].bundle.frame)
                }
            } else {
                failed(entries[place].worker)
                entries[place].head.clear()
                entries[place].payload.clear()
            }
            entries[place].bundle.removeAll()
        }
        entryCount = 0
        count = 0
    }
}
