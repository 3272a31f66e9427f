internal import NIOCore

/// How long the client of a connection has been waited for, and until when it will be. Pure: time is a parameter.
struct RequestPace {
    private enum Phase { case idle, head, body, none }

    private let limits: HTTPLimits
    private var phase = Phase.none
    /// Until when the phase may last.
    private(set) var deadline: NIODeadline?
    private var bodyBytes = 0
    private var waited = TimeAmount.zero
    private var waitsSince: NIODeadline?

    init(limits: HTTPLimits) {
        self.limits = limits
    }

    /// Whether nothing of a request has come, so that nobody waits for an answer.
    var isIdle: Bool { phase == .idle }

    mutating func awaitFirst(now: NIODeadline) {
        phase = .idle
        deadline = now + .milliseconds(Int64(limits.headTimeoutMilliseconds))
    }

    mutating func awaitNext(now: NIODeadline) {
        phase = .idle
        deadline = now + .milliseconds(Int64(limits.idleTimeoutMilliseconds))
    }

    /// From the first bytes on; more of them don't move the deadline.
    mutating func readHalfHead(now: NIODeadline) {
        if phase != .idle { return }
        phase = .head
        deadline = now + .milliseconds(Int64(limits.headTimeoutMilliseconds))
    }

    mutating func readHead() {
        phase = .body
        deadline = nil
        bodyBytes = 0
        waited = .zero
        waitsSince = nil
    }

    mutating func awaitBody(now: NIODeadline) {
        if phase != .body || waitsSince != nil { return }
        waitsSince = now
        deadline = now + (allowance - waited)
    }

    mutating func readBody(_ count: Int, now: NIODeadline) {
        bodyBytes += count
        guard let since = waitsSince else { return }
        waited = waited + (now - since)
        waitsSince = nil
        deadline = nil
    }

    mutating func readEnd() {
        phase = .none
        deadline = nil
        waitsSince = nil
    }

    private var allowance: TimeAmount {
        .milliseconds(Int64(limits.bodyTimeoutMilliseconds))
            + .milliseconds(Int64(bodyBytes) * 1000 / Int64(max(limits.bodyBytesPerSecond, 1)))
    }
}
