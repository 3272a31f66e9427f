internal import CZeroMQ

/// Tells of the connections of one socket as they come and go. It must not go before that socket, whose end is also the end
/// of what it tells.
package struct SocketMonitor: ~Copyable {
    package enum Event: Sendable, Equatable {
        /// The handshake is done: messages flow.
        case connected
        /// The file descriptor was that connection's.
        case disconnected(Int32)
        /// A try to connect failed; libzmq will try again.
        case retried
    }

    package let socket: Socket

    /// - Parameter name: unique in the context.
    package init(watching watched: borrowing Socket, in context: Context, name: String) throws(TransportError) {
        let endpoint = "inproc://monitor-\(name)"
        let events = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CONNECT_RETRIED
        guard zmq_socket_monitor(watched.handle, endpoint, events) == 0 else { throw .last("cannot watch a socket") }
        self.init(socket: try Self.listener(to: endpoint, in: context))
    }

    private init(socket: consuming Socket) {
        self.socket = socket
    }

    private static func listener(to endpoint: String, in context: Context) throws(TransportError) -> Socket {
        let socket = try Socket(.pair, in: context)
        try socket.connect(endpoint)
        return socket
    }

    /// The next event if there is one.
    package func next() -> Event? {
        var frame = Message()
        // Ends with the events that are queued; unknown ones are skipped.
        while let more = socket.receive(&frame) {
            let (number, value) = Self.parse(frame)
            if more {
                var address = Message()
                _ = socket.receive(&address)
            }
            switch Int32(number) {
            case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: return .connected
            case ZMQ_EVENT_DISCONNECTED: return .disconnected(value)
            case ZMQ_EVENT_CONNECT_RETRIED: return .retried
            default: continue
            }
        }
        return nil
    }

    /// An event's first frame: its number in 16 bits, and 32 bits that belong to it, in the machine's order.
    private static func parse(_ frame: borrowing Message) -> (number: UInt16, value: Int32) {
        frame.withUnsafeBytes { bytes in
            guard bytes.count >= 6 else { return (0, 0) }
            return (
                bytes.loadUnaligned(as: UInt16.self), bytes.loadUnaligned(fromByteOffset: 2, as: Int32.self)
            )
        }
    }
}
