package import CZeroMQ

/// One frame, owned. Moving it from socket to socket moves the bytes' ownership and copies nothing.
package struct Message: ~Copyable, @unchecked Sendable {
    // Sendable because it is the sole owner: a zmq_msg_t may be closed or sent from any thread, by one at a time.
    @usableFromInline
    var raw: zmq_msg_t

    /// An empty frame.
    @inlinable @inline(__always)
    package init() {
        raw = zmq_msg_t()
        zmq_msg_init(&raw)
    }

    /// A frame of `byteCount` bytes, which `initialize` must all write.
    @inlinable @inline(__always)
    package init(byteCount: Int, initialize: (UnsafeMutableRawBufferPointer) -> Void) {
        raw = zmq_msg_t()
        if zmq_msg_init_size(&raw, byteCount) != 0 {
            fatalError("out of memory for a message of \(byteCount) bytes")
        }
        initialize(UnsafeMutableRawBufferPointer(start: zmq_msg_data(&raw), count: byteCount))
    }

    @inlinable @inline(__always)
    package init(copying bytes: UnsafeRawBufferPointer) {
        self.init(byteCount: bytes.count) { $0.copyMemory(from: bytes) }
    }

    package init(_ bytes: [UInt8]) {
        self.init(byteCount: bytes.count) { $0.copyBytes(from: bytes) }
    }

    package init(_ text: String) {
        self.init(Array(text.utf8))
    }

    deinit {
        // `self` is immutable here: copy the raw message out, then close that.
        var closing = raw
        zmq_msg_close(&closing)
    }

    @inlinable @inline(__always)
    package var count: Int {
        withUnsafePointer(to: raw) { zmq_msg_size($0) }
    }

    /// The bytes, valid inside `body` only.
    @inlinable @inline(__always)
    package func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafePointer(to: raw) { (pointer) throws(Failure) in
            let data = zmq_msg_data(UnsafeMutablePointer(mutating: pointer))
            return try body(UnsafeRawBufferPointer(start: data, count: zmq_msg_size(pointer)))
        }
    }

    /// The bytes, for a frame in memory that does not move: libzmq keeps the shortest inside the frame itself. Valid
    /// until the frame changes.
    @inlinable @inline(__always)
    package mutating func bytesInPlace() -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: zmq_msg_data(&raw), count: zmq_msg_size(&raw))
    }

    /// The file descriptor of the connection that a received frame came over; nil where there is none, as in one process,
    /// and for the address that a ROUTER puts before a message.
    package var connection: Int32? {
        withUnsafePointer(to: raw) {
            let descriptor = zmq_msg_get($0, ZMQ_SRCFD)
            return descriptor >= 0 ? descriptor : nil
        }
    }

    package var bytes: [UInt8] {
        withUnsafeBytes { Array($0) }
    }

    /// A second owner of the same bytes: libzmq counts the references, and copies only frames of up to 33 bytes.
    @inlinable @inline(__always)
    package mutating func share(into other: inout Message) {
        zmq_msg_copy(&other.raw, &raw)
    }

    /// Lets the bytes go and takes those of another frame.
    ///
    /// A stored frame is given new bytes by this alone: optimised code that assigns one (Swift 6.3) overwrites the old
    /// bytes without letting them go, which a test of the broker's memory found.
    @inlinable @inline(__always)
    package mutating func replace(with message: consuming Message) {
        zmq_msg_move(&raw, &message.raw)
    }

    /// Lets the bytes go and takes `byteCount` new ones, which `initialize` must all write.
    @inlinable @inline(__always)
    package mutating func refill(byteCount: Int, initialize: (UnsafeMutableRawBufferPointer) -> Void) {
        zmq_msg_close(&raw)
        if zmq_msg_init_size(&raw, byteCount) != 0 {
            fatalError("out of memory for a message of \(byteCount) bytes")
        }
        initialize(UnsafeMutableRawBufferPointer(start: zmq_msg_data(&raw), count: byteCount))
    }

    @inlinable @inline(__always)
    package mutating func refill(copying bytes: UnsafeRawBufferPointer) {
        refill(byteCount: bytes.count) { $0.copyMemory(from: bytes) }
    }

    /// Lets the bytes go; an empty frame stays.
    @inlinable @inline(__always)
    package mutating func clear() {
        zmq_msg_close(&raw)
        zmq_msg_init(&raw)
    }

    /// Leaves an empty frame behind.
    @inlinable @inline(__always)
    package mutating func take() -> Message {
        var taken = Message()
        zmq_msg_move(&taken.raw, &raw)
        return taken
    }
}
