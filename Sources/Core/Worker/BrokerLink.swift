/// What a worker knows of one of its brokers.
struct BrokerLink {
    /// Where the session is in its life.
    enum State: Equatable {
        /// There is no connection; libzmq keeps trying. To `greeting` once there is one.
        case connecting
        /// Hello is said, welcome not heard. To `welcomed` with it, to `connecting` when the connection is lost.
        case greeting
        /// Takes work. To `greeting` when the broker has forgotten the worker, to `connecting` when it is lost or
        /// silent, to `draining`.
        case welcomed
        /// Takes no new work and answers what it has. To `gone`.
        case draining
        /// Goodbye was said, or there was nobody to say it to. It ends here.
        case gone
    }

    private(set) var state = State.connecting
    /// The jobs that the broker is to get answers for.
    var held = SlotLinks.Chain()
    /// Whether the worker's models have changed since the hello that is on its way.
    var isOutdated = false
    var lastHeard: Instant
    var livenessTimeout = Instant.Span.zero
    /// When a hello that brought no welcome is said again.
    var nextHello = Instant.distantFuture
    /// When the log next says that the session does not come about.
    var nextComplaint: Instant
    /// Since when the session has been where it is.
    private(set) var since: Instant

    init(at now: Instant, complaining complaint: Instant) {
        since = now
        lastHeard = now
        nextComplaint = complaint
    }

    mutating func enter(_ state: State, at now: Instant, complaining complaint: Instant = .distantFuture) {
        self.state = state
        since = now
        nextComplaint = complaint
        nextHello = .distantFuture
    }

    /// When the link wants a tick.
    var nextDeadline: Instant {
        switch state {
        case .connecting: nextComplaint
        case .greeting: min(nextComplaint, nextHello)
        case .welcomed, .draining: lastHeard + livenessTimeout
        case .gone: .distantFuture
        }
    }
}
