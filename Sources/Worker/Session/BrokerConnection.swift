internal import SibylProtocol
internal import SibylTransport

/// One broker's socket, and what tells of its connection. The session's thread alone touches it.
final class BrokerConnection {
    let endpoint: String
    let socket: Socket
    let monitor: SocketMonitor
    /// What is to be sent at the end of this turn of the loop.
    var bundle = MessageBundle()

    /// - Parameter capacity: requests that the broker may hand over before any is answered.
    init(to endpoint: String, capacity: UInt32, in context: Context) throws(TransportError) {
        var options = SocketOptions()
        // Room for every answer that the credit allows, several times over, or a burst would count as a broker that
        // does not read.
        options.highWaterMark = max(1_000, Int32(clamping: capacity) * 4)
        // Nothing is queued for a broker that isn't there: it would arrive in a session that knows nothing of it.
        options.immediate = true
        // A last answer and the goodbye are worth a moment.
        options.linger = 1_000
        self.endpoint = endpoint
        socket = try Socket(.dealer, in: context, options: options)
        monitor = try SocketMonitor(
            watching: socket, in: context, name: "worker-\(MonotonicClock.nanoseconds())-\(endpoint.hashValue)")
        try socket.connect(endpoint)
    }

    /// An `inproc` connection stands at once and for good, and libzmq tells nothing of it.
    var isInProcess: Bool { endpoint.hasPrefix("inproc://") }
}
