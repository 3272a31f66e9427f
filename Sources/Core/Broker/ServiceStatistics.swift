internal import SibylProtocol

/// Counts and latencies of one service since the broker started.
struct ServiceStatistics {
    var accepted: UInt64 = 0
    var done: UInt64 = 0
    /// Errors of the broker and of the workers.
    var failed = FailureCounts()
    var retried: UInt64 = 0
    /// Answers that came when nobody waited for them any more.
    var dropped: UInt64 = 0
    var inFlight = 0
    /// From arrival to answer.
    var latency = SpanHistogram()
    /// Of that, in the queues of broker and worker.
    var queueTime = SpanHistogram()
    /// Of that, in the model.
    var computeTime = SpanHistogram()
    var rate = RateMeter()

    mutating func answered(
        _ failure: ErrorCode?, after span: Instant.Span, waited: Instant.Span, computed: Instant.Span, at now: Instant
    ) {
        if let failure { failed.count(failure) }
        done += 1
        latency.record(span)
        queueTime.record(waited)
        computeTime.record(computed)
        rate.count(at: now)
    }
}

/// Errors by code.
struct FailureCounts: Sendable {
    private var counts = [UInt64](repeating: 0, count: ErrorCode.allCases.count + 1)

    subscript(code: ErrorCode) -> UInt64 { counts[Int(code.rawValue)] }

    mutating func count(_ code: ErrorCode) {
        counts[Int(code.rawValue)] += 1
    }
}
