internal import CZeroMQ
internal import Synchronization

/// How many bytes were handed to sockets for somebody and are still in memory, because that one has not read them yet.
///
/// A high-water mark counts messages; this counts what they hold.
package final class OutstandingBytes: Sendable {
    private let bytes = Atomic<Int>(0)

    package init() {}

    package var count: Int { bytes.load(ordering: .relaxed) }

    /// Keeps a message until libzmq has let go of the one that shares its bytes.
    fileprivate final class Share {
        var message: Message
        private let outstanding: OutstandingBytes

        init(_ message: consuming Message, _ outstanding: OutstandingBytes) {
            outstanding.bytes.add(message.count, ordering: .relaxed)
            self.message = message
            self.outstanding = outstanding
        }

        deinit {
            outstanding.bytes.subtract(message.count, ordering: .relaxed)
        }
    }
}

extension Message {
    /// The same bytes, counted by `outstanding` until nobody holds them any more; none is copied.
    ///
    /// It costs an allocation and two atomic additions: for frames that are much larger than that.
    package consuming func counted(by outstanding: OutstandingBytes) -> Message {
        let share = OutstandingBytes.Share(self, outstanding)
        // The frame does not move, being a class's: its bytes stay where they are, the shortest included.
        let bytes = share.message.bytesInPlace()
        var counted = Message()
        zmq_msg_init_data(
            &counted.raw, UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count,
            { _, share in
                // From one of libzmq's threads, once.
                if let share { Unmanaged<OutstandingBytes.Share>.fromOpaque(share).release() }
            }, Unmanaged.passRetained(share).toOpaque())
        return counted
    }
}
