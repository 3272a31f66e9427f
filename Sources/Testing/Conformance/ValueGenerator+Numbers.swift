internal import SibylModel

/// Numbers within bounds.
extension ValueGenerator {
    mutating func number(_ known: Conjunction, _ type: ValueTypes) -> JSONValue? {
        let isWhole = !type.contains(.fraction)
        // The bounds as the largest of the lower ones, and of the upper ones, which are negated.
        let lower = known.bounds(isUpper: false, of: type).max { $1.implies($0) && !$0.implies($1) }
        let upper = known.bounds(isUpper: true, of: type).max { $1.implies($0) && !$0.implies($1) }
        let steps = known.values("multipleOf").compactMap(\.double)
        if let step = steps.max() { return multiple(of: step, lower?.double, upper.map { -$0.double }) }
        let value = between(lower?.double, upper.map { -$0.double }, isWhole: isWhole)
        return Self.json(isWhole || random.chance(percent: 30) ? value.rounded() : value)
    }

    /// Mostly a bound, or something next to it or in the middle: there models differ.
    private mutating func between(_ lower: Double?, _ upper: Double?, isWhole: Bool) -> Double {
        // A range as wide as numbers of models usually are, where a schema leaves one open.
        let low = lower ?? min(upper ?? 0, 0) - 100
        let high = upper ?? max(low, 0) + 100
        let step = isWhole ? 1 : min(0.5, (high - low) / 8)
        switch random.below(6) {
        case 0: return low
        case 1: return high
        case 2: return min(low + step, high)
        case 3: return max(high - step, low)
        default: return low + (high - low) * Double(random.below(1_000)) / 1_000
        }
    }

    private mutating func multiple(of step: Double, _ lower: Double?, _ upper: Double?) -> JSONValue? {
        let low = lower.map { ($0 / step).rounded(.up) } ?? min(upper.map { ($0 / step).rounded(.down) } ?? 0, 0) - 20
        let high = upper.map { ($0 / step).rounded(.down) } ?? max(low, 0) + 20
        guard low <= high, abs(low) < 0x1p53, abs(high) < 0x1p53 else { return nil }
        return Self.json((low + Double(random.below(Int(min(high - low, 1_000)) + 1))) * step)
    }

    private static func json(_ value: Double) -> JSONValue? {
        guard value.isFinite else { return nil }
        return Int64(exactly: value).map { .integer($0) } ?? .double(value)
    }
}
