internal import CZeroMQ

/// A libzmq socket, owned. It belongs to one thread at a time; nothing else may touch it.
package struct Socket: ~Copyable {
    package enum Kind: Sendable {
        case router, dealer, pair

        var number: Int32 {
            switch self {
            case .router: ZMQ_ROUTER
            case .dealer: ZMQ_DEALER
            case .pair: ZMQ_PAIR
            }
        }
    }

    package enum SendOutcome: Sendable {
        case sent
        /// The high-water mark is reached; the frame is still the caller's.
        case wouldBlock
        /// A ROUTER knows no such peer any more; the frame is still the caller's.
        case unreachable
    }

    @usableFromInline
    let handle: UnsafeMutableRawPointer
    /// Kept so that the context outlives the socket.
    private let context: Context

    package init(_ kind: Kind, in context: Context, options: SocketOptions = SocketOptions()) throws(TransportError) {
        self = try Self.make(kind, in: context, options: options)
    }

    private init(handle: UnsafeMutableRawPointer, context: Context) {
        self.handle = handle
        self.context = context
    }

    private static func make(
        _ kind: Kind, in context: Context, options: SocketOptions
    ) throws(TransportError) -> Socket {
        guard let handle = zmq_socket(context.handle, kind.number) else { throw .last("cannot make a socket") }
        let socket = Socket(handle: handle, context: context)
        try options.apply(to: socket, kind: kind)
        return socket
    }

    deinit {
        // A socket may live on in libzmq for as long as it lingers. An event of its connections then, with nobody to read
        // it, would block libzmq's own thread, and so every socket of the context.
        zmq_socket_monitor(handle, nil, 0)
        zmq_close(handle)
    }

    // MARK: - Endpoints

    package func bind(_ endpoint: String) throws(TransportError) {
        guard zmq_bind(handle, endpoint) == 0 else { throw .last("cannot bind \(endpoint)") }
    }

    package func connect(_ endpoint: String) throws(TransportError) {
        guard zmq_connect(handle, endpoint) == 0 else { throw .last("cannot connect to \(endpoint)") }
    }

    /// Stops accepting; established connections live on.
    package func unbind(_ endpoint: String) {
        zmq_unbind(handle, endpoint)
    }

    package func disconnect(_ endpoint: String) {
        zmq_disconnect(handle, endpoint)
    }

    /// The endpoint last bound, with the port that the system chose where 0 or `*` was asked for.
    package var lastEndpoint: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { buffer in
            var size = buffer.count
            guard zmq_getsockopt(handle, ZMQ_LAST_ENDPOINT, buffer.baseAddress, &size) == 0, size > 0 else { return "" }
            return Self.plain(String(cString: buffer.baseAddress!))
        }
    }

    /// An IPv4 address in its own form: a socket that takes both protocols tells it as `[::ffff:127.0.0.1]`, which not
    /// every client can connect to.
    private static func plain(_ endpoint: String) -> String {
        let mapped = "tcp://[::ffff:"
        guard endpoint.hasPrefix(mapped), endpoint.contains(".") else { return endpoint }
        return "tcp://" + endpoint.dropFirst(mapped.count).replacing("]", with: "", maxReplacements: 1)
    }

    /// A file descriptor that turns readable when messages come after the socket was read empty (ZMQ_FD). It says nothing
    /// of messages that were there before, so read until there are none.
    package var descriptor: Int32 {
        var descriptor: Int32 = -1
        var size = MemoryLayout<Int32>.size
        zmq_getsockopt(handle, ZMQ_FD, &descriptor, &size)
        return descriptor
    }

    package func set(_ option: Int32, _ value: Int32) throws(TransportError) {
        var value = value
        guard zmq_setsockopt(handle, option, &value, MemoryLayout<Int32>.size) == 0 else {
            throw .last("cannot set socket option \(option)")
        }
    }

    package func set(_ option: Int32, _ value: Int64) throws(TransportError) {
        var value = value
        guard zmq_setsockopt(handle, option, &value, MemoryLayout<Int64>.size) == 0 else {
            throw .last("cannot set socket option \(option)")
        }
    }

    package func set(_ option: Int32, _ text: String) throws(TransportError) {
        guard zmq_setsockopt(handle, option, text, text.utf8.count) == 0 else {
            throw .last("cannot set socket option \(option)")
        }
    }

    // MARK: - Frames

    /// Sends one frame and takes it; on any outcome but `.sent` the frame stays with the caller.
    @inlinable @inline(__always)
    package func send(_ message: inout Message, more: Bool = false) -> SendOutcome {
        let flags = more ? ZMQ_DONTWAIT | ZMQ_SNDMORE : ZMQ_DONTWAIT
        while zmq_msg_send(&message.raw, handle, flags) == -1 {
            switch zmq_errno() {
            case EINTR: continue
            case EHOSTUNREACH: return .unreachable
            default: return .wouldBlock
            }
        }
        return .sent
    }

    /// Sends one frame that the caller gives away; a frame that can't be sent is dropped.
    @inlinable @inline(__always)
    package func send(_ message: consuming Message, more: Bool = false) -> SendOutcome {
        send(&message, more: more)
    }

    /// Sends one frame of bytes that are copied.
    @inlinable @inline(__always)
    package func send(_ bytes: UnsafeRawBufferPointer, more: Bool = false) -> SendOutcome {
        let flags = more ? ZMQ_DONTWAIT | ZMQ_SNDMORE : ZMQ_DONTWAIT
        while zmq_send(handle, bytes.baseAddress, bytes.count, flags) == -1 {
            switch zmq_errno() {
            case EINTR: continue
            case EHOSTUNREACH: return .unreachable
            default: return .wouldBlock
            }
        }
        return .sent
    }

    /// Receives one frame if one is there. Returns nil when none is, else whether more frames of the message follow.
    @inlinable @inline(__always)
    package func receive(_ message: inout Message) -> Bool? {
        while zmq_msg_recv(&message.raw, handle, ZMQ_DONTWAIT) == -1 {
            if zmq_errno() != EINTR { return nil }
        }
        return zmq_msg_more(&message.raw) != 0
    }

    /// Receives one whole message if one is there; frames beyond `Frames.capacity` are counted and dropped.
    @inlinable @inline(__always)
    package func receive(_ frames: inout Frames) -> Bool {
        frames.count = 0
        guard var more = receive(&frames.storage[0]) else { return false }
        frames.note(0)
        frames.count = 1
        // Ends with the message, which libzmq delivers whole.
        while more {
            if frames.count < Frames.capacity {
                more = receive(&frames.storage[frames.count]) ?? false
                frames.note(frames.count)
            } else {
                var surplus = Message()
                more = receive(&surplus) ?? false
            }
            frames.count += 1
        }
        return true
    }
}
