/// Events a second, over the last one to two seconds.
struct RateMeter {
    private static let window = Instant.Span.seconds(1)

    private var start: Instant?
    private var current: UInt64 = 0
    private var previous: UInt64 = 0

    mutating func count(at now: Instant) {
        roll(to: now)
        current += 1
    }

    /// Nil before anything was counted lately.
    func perSecond(at now: Instant) -> Double? {
        var copy = self
        copy.roll(to: now)
        guard let start = copy.start, copy.current + copy.previous > 0 else { return nil }
        let elapsed = Double((now - start).nanoseconds) / 1e9
        // What the window before adds fades out as this one fills.
        return Double(copy.current) + Double(copy.previous) * max(0, 1 - elapsed)
    }

    private mutating func roll(to now: Instant) {
        guard let begun = start else {
            start = now
            return
        }
        let elapsed = now - begun
        guard elapsed >= Self.window else { return }
        previous = elapsed < Instant.Span.seconds(2) ? current : 0
        current = 0
        start = elapsed < Instant.Span.seconds(2) ? begun + Self.window : now
    }
}
