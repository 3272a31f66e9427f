/// The size of a decimal number as it is written, its sign aside: 0.0075 is a multiple of 0.0001, which doubles don't
/// know.
package struct DecimalNumber {
    /// Without zeros at its end, so that it is no multiple of ten unless it is zero; nor at its beginning.
    private(set) var digits: [UInt8] = []
    private(set) var exponent = 0

    /// - Parameter text: a JSON number.
    init(_ text: UnsafeRawBufferPointer) {
        var isFraction = false
        for (index, byte) in text.enumerated() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits.append(byte - UInt8(ascii: "0"))
                if isFraction { exponent -= 1 }
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                exponent += Self.exponent(text[(index + 1)...])
                normalize()
                return
            default: continue
            }
        }
        normalize()
    }

    package init(_ text: String) {
        self = Array(text.utf8).withUnsafeBytes { DecimalNumber($0) }
    }

    init(digits: [UInt8], exponent: Int) {
        self.digits = digits
        self.exponent = exponent
        normalize()
    }

    /// Saturates far beyond any double: then the digits decide, or the number is next to zero.
    private static func exponent(_ text: Slice<UnsafeRawBufferPointer>) -> Int {
        let digits = text.lazy.filter { $0 >= UInt8(ascii: "0") }
        let magnitude = digits.reduce(0) { min($0 * 10 + Int($1 - UInt8(ascii: "0")), 1_000_000_000) }
        return text.first == UInt8(ascii: "-") ? -magnitude : magnitude
    }

    private mutating func normalize() {
        // Ends with the digits.
        while digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
        let zeros = digits.prefix { $0 == 0 }.count
        digits.removeFirst(zeros)
    }

    /// The digits as an integer; nil for more than 64 bits hold.
    private var coefficient: UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            if overflow || carry { return nil }
            value = sum
        }
        return value
    }

    /// - Returns: nil when the divisor has more digits than can be told exactly.
    package func isMultiple(of divisor: DecimalNumber) -> Bool? {
        if digits.isEmpty { return true }
        guard let modulus = divisor.coefficient, modulus > 0 else { return nil }
        // Ours is no multiple of ten, so it is none of a divisor that has more of them.
        guard exponent >= divisor.exponent else { return false }
        var remainder: UInt64 = 0
        for digit in digits { remainder = Self.shifted(remainder, adding: UInt64(digit), modulo: modulus) }
        // A finite double's exponent is at most 308, and a divisor's at least -324 and its digits.
        for _ in 0..<min(exponent - divisor.exponent, 2_000) {
            remainder = Self.shifted(remainder, adding: 0, modulo: modulus)
        }
        return remainder == 0
    }

    private static func shifted(_ remainder: UInt64, adding digit: UInt64, modulo modulus: UInt64) -> UInt64 {
        let (high, low) = remainder.multipliedFullWidth(by: 10)
        let (sum, carry) = low.addingReportingOverflow(digit)
        return modulus.dividingFullWidth((high + (carry ? 1 : 0), sum)).remainder
    }
}
