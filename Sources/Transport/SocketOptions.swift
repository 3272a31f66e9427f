internal import CZeroMQ

/// How a socket is set up before it binds or connects.
package struct SocketOptions: Sendable {
    /// Messages that wait for one peer in each direction; at it, a ROUTER drops and a DEALER waits. Four times
    /// what is usually in flight: lower marks were measured to halve the rate.
    package var highWaterMark: Int32 = 4096
    /// Bytes; libzmq cuts the connection of a peer that sends more in one frame. -1: no limit.
    package var maximumMessageSize: Int64 = -1
    /// How long closing waits for what is still to be sent, in milliseconds.
    package var linger: Int32 = 0
    /// ZMTP heartbeats, so that a cut network is noticed; 0 for none. Milliseconds. For sockets with few connections:
    /// libzmq's timers stand in one ordered map, and taking one out looks at all.
    package var heartbeatInterval: Int32 = 0
    package var heartbeatTimeout: Int32 = 0
    /// Have the system ask silent TCP peers whether they live; it drops who is gone within half a minute.
    package var keepsAlive = false
    /// First and longest pause before reconnecting, in milliseconds; libzmq doubles it in between.
    package var reconnectInterval: Int32 = 20
    package var reconnectIntervalMaximum: Int32 = 250
    /// Queue messages only for connections that are established.
    package var immediate = false

    /// The name under which a ROUTER knows the connection; nil for one that libzmq makes.
    package var routingID: String?
    /// Whether a ROUTER gives a name that comes again over another connection to the newcomer.
    package var handsOver = false

    package init() {}

    func apply(to socket: borrowing Socket, kind: Socket.Kind) throws(TransportError) {
        try socket.set(ZMQ_SNDHWM, highWaterMark)
        try socket.set(ZMQ_RCVHWM, highWaterMark)
        try socket.set(ZMQ_LINGER, linger)
        try socket.set(ZMQ_MAXMSGSIZE, maximumMessageSize)
        try socket.set(ZMQ_RECONNECT_IVL, reconnectInterval)
        try socket.set(ZMQ_RECONNECT_IVL_MAX, reconnectIntervalMaximum)
        try socket.set(ZMQ_IMMEDIATE, Int32(immediate ? 1 : 0))
        try socket.set(ZMQ_IPV6, Int32(1))
        if heartbeatInterval > 0 {
            try socket.set(ZMQ_HEARTBEAT_IVL, heartbeatInterval)
            try socket.set(ZMQ_HEARTBEAT_TIMEOUT, heartbeatTimeout)
        }
        if keepsAlive { try keepAlive(socket) }
        // Without it a ROUTER drops in silence what it can't deliver; it costs nothing.
        if kind == .router { try socket.set(ZMQ_ROUTER_MANDATORY, Int32(1)) }
        if kind == .router && handsOver { try socket.set(ZMQ_ROUTER_HANDOVER, Int32(1)) }
        if let routingID { try socket.set(ZMQ_ROUTING_ID, routingID) }
    }

    private func keepAlive(_ socket: borrowing Socket) throws(TransportError) {
        try socket.set(ZMQ_TCP_KEEPALIVE, Int32(1))
        // Seconds of silence, seconds between questions, and how many of them.
        try socket.set(ZMQ_TCP_KEEPALIVE_IDLE, Int32(10))
        try socket.set(ZMQ_TCP_KEEPALIVE_INTVL, Int32(5))
        try socket.set(ZMQ_TCP_KEEPALIVE_CNT, Int32(3))
        // Milliseconds that what was sent may stay unanswered.
        try socket.set(ZMQ_TCP_MAXRT, Int32(20_000))
    }
}
