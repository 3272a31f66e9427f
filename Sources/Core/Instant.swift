/// A moment of the monotonic clock, in nanoseconds. Cores are told the time; they never read it.
package struct Instant: Sendable, Hashable, Comparable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    package static let distantFuture = Instant(nanoseconds: .max)

    package static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Saturates instead of overflowing, so that a deadline from the wire can be any number.
    package static func + (instant: Instant, span: Span) -> Instant {
        let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(span.nanoseconds)
        return Instant(nanoseconds: overflow ? .max : sum)
    }

    package static func - (later: Instant, earlier: Instant) -> Span {
        Span(nanoseconds: later.nanoseconds &- earlier.nanoseconds)
    }

    /// A length of time; `Duration` holds 128 bits, which the hot path has no use for.
    package struct Span: Sendable, Hashable, Comparable {
        package var nanoseconds: Int64

        package init(nanoseconds: Int64) {
            self.nanoseconds = nanoseconds
        }

        package static let zero = Span(nanoseconds: 0)

        package static func microseconds(_ count: Int64) -> Span { Span(nanoseconds: saturating(count, 1_000)) }
        package static func milliseconds(_ count: Int64) -> Span { Span(nanoseconds: saturating(count, 1_000_000)) }
        package static func seconds(_ count: Int64) -> Span { Span(nanoseconds: saturating(count, 1_000_000_000)) }

        package var microseconds: Int64 { nanoseconds / 1_000 }
        package var milliseconds: Int64 { nanoseconds / 1_000_000 }

        package static func < (left: Span, right: Span) -> Bool { left.nanoseconds < right.nanoseconds }

        private static func saturating(_ count: Int64, _ unit: Int64) -> Int64 {
            let (product, overflow) = count.multipliedReportingOverflow(by: unit)
            return overflow ? (count < 0 ? .min : .max) : product
        }
    }
}
