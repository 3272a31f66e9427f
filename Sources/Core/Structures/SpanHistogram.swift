internal import Histogram

/// A distribution of spans in microseconds, after Gil Tene's HdrHistogram. It grows with the longest span, to some tens
/// of kilobytes for a day.
struct SpanHistogram {
    /// The longest deadline: what is longer is counted as that.
    private static let longest: Int64 = 86_400_000_000
    private var histogram: Histogram<UInt64>

    /// - Parameter isCoarse: one digit instead of two, in an eighth of the room.
    init(isCoarse: Bool = false) {
        histogram = Histogram(numberOfSignificantValueDigits: isCoarse ? .one : .two)
    }

    mutating func record(_ span: Instant.Span) {
        histogram.record(UInt64(min(max(1, span.microseconds), Self.longest)))
    }

    /// - Parameter percentile: from 0 to 100.
    /// - Returns: microseconds; 0 before anything was recorded.
    func microseconds(at percentile: Double) -> UInt64 {
        histogram.totalCount == 0 ? 0 : histogram.valueAtPercentile(percentile)
    }

    var longestMicroseconds: UInt64 { histogram.totalCount == 0 ? 0 : histogram.max }
}
