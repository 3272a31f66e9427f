internal import SibylCore

/// Lets a message into the log once a while, however often its cause comes, and tells how often it came since.
struct LogThrottle {
    private static let interval = Instant.Span.seconds(10)

    private var next = Instant(nanoseconds: .min)
    private var count = 0

    /// - Returns: how often it has happened since it was last told; nil when it is not to be told yet.
    mutating func note(_ times: Int = 1, at now: Instant) -> Int? {
        count += times
        guard now >= next else { return nil }
        defer { count = 0 }
        next = now + Self.interval
        return count
    }
}
