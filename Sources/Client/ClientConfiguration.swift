/// How a client is set up.
public struct ClientConfiguration: Sendable {
    /// Where servers are, as ZeroMQ endpoints such as `tcp://models:5555`. The first that is connected is used; the
    /// others take over when it goes away, and are asked too when it says `unavailable`.
    public var endpoints: [String]
    /// How long a call that names no timeout of its own may take.
    public var timeout = Duration.seconds(30)
    /// How long a call waits for a server when none was ever reached, if that is shorter than its own timeout; nil waits
    /// for the whole of it.
    public var connectTimeout: Duration?
    /// Calls that may wait for answers at once; one more fails with `overloaded`.
    public var maximumCalls = 65_536

    public init(endpoints: [String] = ["tcp://127.0.0.1:5555"]) {
        self.endpoints = endpoints
    }
}

/// What one call asks for beyond its input.
public struct CallOptions: Sendable {
    /// How long it may take, from the call to the answer; nil for the client's own.
    public var timeout: Duration?
    /// The version of the model, whole (`1.2.0`) or its beginning (`1`); nil for its default.
    public var version: String?
    public var priority = Priority.interactive
    /// Whom the server should be fair to; nil for the connection.
    public var tenant: String?
    /// W3C trace context, passed on as it is.
    public var traceparent: String?
    public var tracestate: String?

    public init(timeout: Duration? = nil, version: String? = nil) {
        self.timeout = timeout
        self.version = version
    }
}
