internal import SibylJSON

/// The 16 bit formats as the bits that tensors hold. Swift's `Float16` is not on every platform, and it has no type for
/// the other.
enum HalfFloat {
    /// The bits of a number that the format holds exactly.
    static func bits(_ number: Double, in format: NarrowFormat) -> UInt16 {
        let least = format.exponents.lowerBound
        let exponent = number == 0 ? least : max(Int(number.exponent), least)
        let units = Double(
            sign: .plus, exponent: format.fractionBits - exponent, significand: number.magnitude)
        // A normal number's units have the hidden bit, which is the difference of its exponent field and this one.
        let bits = (exponent - least) << format.fractionBits + Int(units)
        return UInt16(truncatingIfNeeded: bits) | (number.sign == .minus ? 0x8000 : 0)
    }

    static func float(float16 bits: UInt16) -> Float {
        let magnitude = UInt32(bits & 0x7FFF) << 13
        let sign = UInt32(bits & 0x8000) << 16
        if bits & 0x7C00 == 0x7C00 { return Float(bitPattern: sign | magnitude | 0x7F80_0000) }
        // The exponents of the two formats are counted from places that lie 112 apart.
        return Float(bitPattern: sign | (Float(bitPattern: magnitude) * 0x1p112).bitPattern)
    }

    static func float(bfloat16 bits: UInt16) -> Float {
        Float(bitPattern: UInt32(bits) << 16)
    }
}
