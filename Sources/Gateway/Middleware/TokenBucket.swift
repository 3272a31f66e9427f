/// A rate that may be exceeded for a short while: tokens come at the rate, up to the burst, and each request takes one.
struct TokenBucket: Sendable {
    private let nanosecondsPerToken: UInt64
    private let burst: UInt64
    /// When it would be full. It is behind `now` while it is.
    private var fullAt: UInt64 = 0

    /// - Parameters:
    ///   - rate: requests a second, at least 1.
    ///   - burst: requests at once, at least 1.
    init(rate: Int, burst: Int) {
        nanosecondsPerToken = 1_000_000_000 / UInt64(max(1, min(rate, 1_000_000_000)))
        self.burst = UInt64(max(1, min(burst, 1_000_000_000)))
    }

    /// Takes a token.
    /// - Parameter now: in nanoseconds, of a clock that doesn't go back.
    /// - Returns: nil when there was one, otherwise the nanoseconds until there is.
    mutating func take(now: UInt64) -> UInt64? {
        let full = max(fullAt, now) + nanosecondsPerToken
        let latest = now + burst * nanosecondsPerToken
        if full > latest { return full - latest }
        fullAt = full
        return nil
    }
}
