internal import SibylJSON

/// A lower bound of numbers. An upper one is the lower one of what the numbers are negated.
///
/// Integers are compared with integers as such, and with all else as doubles, as a validator does.
package struct NumberBound {
    package var double: Double
    package var integer: Int64?
    package var isExclusive: Bool

    /// - Returns: nil for what is no number.
    init?(_ value: JSONValue?, isExclusive: Bool, isUpper: Bool) {
        guard let value, let double = value.double else { return nil }
        self.double = isUpper ? -double : double
        integer = isUpper ? value.int64.flatMap { $0 == .min ? nil : -$0 } : value.int64
        self.isExclusive = isExclusive
    }

    private init(_ integer: Int64) {
        (double, self.integer, isExclusive) = (Double(integer), integer, false)
    }

    /// The same bound of whole numbers alone: 5 for what is above 4 or at least 4.5.
    var ofIntegers: NumberBound {
        // Beyond it doubles skip integers.
        guard abs(double) < 0x1p53 else { return self }
        return NumberBound(isExclusive ? Int64(double.rounded(.down)) + 1 : Int64(double.rounded(.up)))
    }

    /// Whether every number within this bound is within the other.
    package func implies(_ other: NumberBound) -> Bool {
        if double > other.double { return true }
        guard double == other.double, isExclusive || !other.isExclusive else { return false }
        if let integer, let others = other.integer { return integer >= others }
        // A bound that is a double lets integers by that only round to it.
        return integer != nil || other.integer == nil
    }

    /// Whether no number is within both this bound and an upper one.
    func excludes(upper: NumberBound) -> Bool {
        let limit = -upper.double
        if double > limit { return true }
        return double == limit && (isExclusive || upper.isExclusive) && abs(double) < 0x1p53
    }
}
