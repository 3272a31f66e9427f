import Testing

@testable import SibylCore

@Suite struct SpanHistogramTests {
    @Test func nothingRecordedIsNothing() {
        #expect(SpanHistogram().microseconds(at: 99) == 0)
        #expect(SpanHistogram().longestMicroseconds == 0)
    }

    /// Against the sorted values themselves, over all sizes: never below, and above by a 128th (an eighth) at most.
    @Test(arguments: [(false, 128), (true, 8)], 0..<20)
    func quantilesAreThoseOfTheValues(_ precision: (isCoarse: Bool, part: UInt64), _ seed: UInt64) {
        var random = SplitMix(seed: seed)
        var histogram = SpanHistogram(isCoarse: precision.isCoarse)
        var values: [UInt64] = []
        for _ in 0..<1_000 {
            let value = random.next() >> (28 + random.next() % 36)
            values.append(max(1, value))
            histogram.record(.microseconds(Int64(value)))
        }
        values.sort()
        for percentile in [0.0, 1, 50, 90, 99, 99.9, 100] {
            let rank = max(1, Int((Double(values.count) * percentile / 100).rounded(.up)))
            let exact = values[rank - 1]
            let told = histogram.microseconds(at: percentile)
            #expect(told >= exact && told <= exact + exact / precision.part, "\(percentile) of seed \(seed)")
        }
        #expect(histogram.longestMicroseconds == values.last)
    }

    @Test func whatIsLongerThanADayCountsAsADay() {
        var histogram = SpanHistogram()
        histogram.record(.microseconds(.max / 1_000))
        #expect(histogram.longestMicroseconds == 86_400_000_000)
        #expect(histogram.microseconds(at: 50) == 86_400_000_000)
    }

    @Test func whatIsShorterThanAMicrosecondCountsAsOne() {
        var histogram = SpanHistogram()
        histogram.record(Instant.Span(nanoseconds: -5))
        histogram.record(.zero)
        #expect(histogram.total == 2 && histogram.microseconds(at: 100) == 1)
    }
}
