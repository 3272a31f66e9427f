/// The bounds of a worker's sessions.
package struct WorkerLimits: Sendable {
    /// Requests that one broker may hand over before any is answered; more are refused.
    package var capacity: UInt32 = 64
    /// How long a drain answers what was accepted; what is left then goes back to its broker.
    package var drainTimeout = Instant.Span.milliseconds(10_000)
    /// How long a broker may stay unreachable, or silent after a hello, before the log says so: longer than a start in
    /// the wrong order takes.
    package var complaintDelay = Instant.Span.milliseconds(1_000)
    /// How often the log repeats it.
    package var complaintInterval = Instant.Span.milliseconds(30_000)
    /// After how long without a welcome a hello is said again. A busy broker that gets a second hello takes the worker
    /// for a new one, so it is not said lightly.
    package var helloInterval = Instant.Span.milliseconds(2_000)
    /// After how long a hello is said again that the socket did not take.
    package var helloRetry = Instant.Span.milliseconds(10)
    /// A broker's liveness timeout is taken as one of these at the nearest: too short a one would end every session,
    /// too long a one would never notice a dead broker.
    package var livenessTimeouts = Instant.Span.milliseconds(50)...Instant.Span.milliseconds(600_000)

    package init() {}
}
