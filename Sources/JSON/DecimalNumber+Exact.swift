/// Doubles as the decimal numbers that they are, digit by digit.
extension DecimalNumber {
    /// Nine digits each, the last ones first.
    private struct Limbs {
        private static let base: UInt64 = 1_000_000_000
        private(set) var limbs: [UInt64]

        init(_ value: UInt64) {
            limbs = [value % Self.base, value / Self.base % Self.base, value / Self.base / Self.base]
        }

        /// - Parameter factor: below 2^31, so that a product and what is carried fit 64 bits.
        mutating func multiply(by factor: UInt64) {
            var carry: UInt64 = 0
            for index in limbs.indices {
                let product = limbs[index] * factor + carry
                limbs[index] = product % Self.base
                carry = product / Self.base
            }
            if carry >= Self.base {
                limbs += [carry % Self.base, carry / Self.base]
            } else if carry > 0 {
                limbs.append(carry)
            }
        }

        var digits: [UInt8] {
            limbs.reversed().flatMap { limb in
                var rest = limb
                var digits = [UInt8](repeating: 0, count: 9)
                for index in digits.indices.reversed() {
                    digits[index] = UInt8(rest % 10)
                    rest /= 10
                }
                return digits
            }
        }
    }

    /// The size of a finite double, all its digits: m · 2^-k is m · 5^k · 10^-k.
    init(exactly double: Double) {
        var significand = double.significandBitPattern
        if double.isNormal { significand |= 1 << UInt64(Double.significandBitCount) }
        let zeros = significand == 0 ? 0 : significand.trailingZeroBitCount
        let power = max(Int(double.exponentBitPattern), 1) - 1075 + zeros
        var limbs = Limbs(significand >> UInt64(zeros))
        var rest = power.magnitude
        // At most 83 turns, by 13 of up to 1074.
        while rest > 0 {
            let step = min(rest, 13)
            limbs.multiply(by: power < 0 ? Self.fives[Int(step)] : 1 << UInt64(step))
            rest -= step
        }
        self.init(digits: limbs.digits, exponent: min(power, 0))
    }

    private static let fives = (0...13).map { exponent in (0..<exponent).reduce(1 as UInt64) { power, _ in power * 5 } }
}

extension DecimalNumber: Comparable {
    package static func == (left: DecimalNumber, right: DecimalNumber) -> Bool {
        left.digits == right.digits && (left.exponent == right.exponent || left.digits.isEmpty)
    }

    package static func < (left: DecimalNumber, right: DecimalNumber) -> Bool {
        if left.digits.isEmpty || right.digits.isEmpty { return !right.digits.isEmpty }
        let places = (left.digits.count + left.exponent, right.digits.count + right.exponent)
        return places.0 == places.1 ? left.digits.lexicographicallyPrecedes(right.digits) : places.0 < places.1
    }
}
