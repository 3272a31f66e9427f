/// A distribution of spans in microseconds, after Gil Tene's HdrHistogram: buckets of one width up to a power of two, and
/// from each power to the next as many again, twice as wide. Whatever the span, a bucket's width is below a fixed share of it.
///
/// Four are recorded a request, each in a few instructions, which is why it is the project's own. It grows with the longest
/// span, to some tens of kilobytes for a day.
struct SpanHistogram {
    /// The longest deadline: what is longer is counted as that.
    private static let longest: UInt64 = 86_400_000_000

    private var counts: [UInt64] = []
    private(set) var total: UInt64 = 0
    private(set) var longestMicroseconds: UInt64 = 0
    /// Two to this power are the buckets of width 1.
    private let bits: Int

    /// - Parameter isCoarse: true to one digit, buckets of at most an eighth of their spans; false to two, of at most a 128th.
    init(isCoarse: Bool = false) {
        bits = isCoarse ? 4 : 8
    }

    mutating func record(_ span: Instant.Span) {
        let value = min(UInt64(max(1, span.microseconds)), Self.longest)
        let bucket = bucket(of: value)
        if bucket >= counts.count { grow(to: bucket + 1) }
        counts[bucket] += 1
        total += 1
        longestMicroseconds = max(longestMicroseconds, value)
    }

    /// - Parameter percentile: from 0 to 100.
    /// - Returns: microseconds, the end of the bucket in which that share of all spans is reached; 0 before anything was
    ///   recorded.
    func microseconds(at percentile: Double) -> UInt64 {
        let rank = max(1, UInt64((Double(total) * percentile / 100).rounded(.up)))
        var sum: UInt64 = 0
        for (bucket, count) in counts.enumerated() {
            sum += count
            if sum >= rank { return min(last(of: bucket), longestMicroseconds) }
        }
        return longestMicroseconds
    }

    private func bucket(of value: UInt64) -> Int {
        let shift = max(0, UInt64.bitWidth - value.leadingZeroBitCount - bits)
        return shift << (bits - 1) + Int(value >> UInt64(shift))
    }

    /// The longest span of a bucket.
    private func last(of bucket: Int) -> UInt64 {
        let shift = max(0, bucket >> (bits - 1) - 1)
        return UInt64(bucket - shift << (bits - 1) + 1) << UInt64(shift) - 1
    }

    private mutating func grow(to count: Int) {
        counts.append(contentsOf: repeatElement(0, count: count - counts.count))
    }
}
