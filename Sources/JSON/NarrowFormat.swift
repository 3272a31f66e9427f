/// A binary floating-point format that is narrower than a double.
package struct NarrowFormat: Sendable {
    package let fractionBits: Int
    /// The exponents of the least and of the greatest normal numbers.
    package let exponents: ClosedRange<Int>

    /// IEEE 754's binary32 and binary16, and the upper half of a binary32.
    package static let float32 = NarrowFormat(fractionBits: 23, exponents: -126...127)
    package static let float16 = NarrowFormat(fractionBits: 10, exponents: -14...15)
    package static let bfloat16 = NarrowFormat(fractionBits: 7, exponents: -126...127)
}

extension JSONNumberText {
    /// The nearest number of the format, ties to even; nil when the number is beyond the largest.
    ///
    /// The nearest double is not rounded again where that could go astray: where it lies in the middle between two
    /// numbers of the format, the text decides.
    package func nearest(in format: NarrowFormat) -> Double? {
        let double = double
        if double == 0 { return double }
        let exponent = max(double.exponent, format.exponents.lowerBound)
        let power = exponent - format.fractionBits
        let exact = Double(sign: .plus, exponent: -power, significand: double.magnitude)
        var units = exact.rounded(.toNearestOrEven)
        if exact - exact.rounded(.down) == 0.5 {
            let (text, middle) = (DecimalNumber(raw), DecimalNumber(exactly: double))
            if text != middle { units = exact.rounded(text < middle ? .down : .up) }
        }
        let nearest = Double(sign: double.sign, exponent: power, significand: units)
        return nearest.exponent <= format.exponents.upperBound ? nearest : nil
    }

    /// The nearest float, ties to even; nil when the number is beyond the largest.
    package var float: Float? {
        let double = double
        // Neither in the middle between two floats nor among the least: rounding twice is as good as once.
        if double.bitPattern & 0x1FFF_FFFF != 0x1000_0000, double.magnitude >= Double(Float.leastNormalMagnitude) {
            let float = Float(double)
            return float.isFinite ? float : nil
        }
        return nearest(in: .float32).map { Float($0) }
    }
}
