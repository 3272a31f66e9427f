/// What one client may take of the gateway.
package struct HTTPLimits: Sendable, Equatable {
    /// The longest body of a request; a longer one is answered 413.
    package var bodyBytes = 67_108_864
    /// The request line and all headers together, and any one of them; more is answered 431.
    package var headerBytes = 32_768
    package var headerCount = 100
    /// Connections at a time; more wait in the system's backlog.
    package var connections = 4096
    /// How long the head of a request may take from its first byte, and a new connection to its first byte.
    package var headTimeoutMilliseconds = 10_000
    /// How long the gateway waits for a body in all, beyond what `bodyBytesPerSecond` allows for. Time in which the
    /// gateway itself doesn't read does not count.
    package var bodyTimeoutMilliseconds = 10_000
    package var bodyBytesPerSecond = 1024
    /// How long a connection is kept without a request.
    package var idleTimeoutMilliseconds = 60_000

    package init() {}
}
