/// Numbers: checked against the grammar in one pass that also gathers their digits.
extension JSONParser {
    mutating func scanNumber() throws(JSONError) -> JSONNumberText {
        let begin = position
        var number = JSONNumberText(offset: begin)
        if byte == UInt8(ascii: "-") {
            number.isNegative = true
            position += 1
        }
        var digits = 1
        if byte == UInt8(ascii: "0") { position += 1 } else { digits = try gatherDigits(&number.significand) }
        var fraction = 0
        if byte == UInt8(ascii: ".") {
            position += 1
            fraction = try gatherDigits(&number.significand)
            number.isInteger = false
        }
        if byte | 0x20 == UInt8(ascii: "e") {
            position += 1
            number.exponent = try scanExponent()
            number.isInteger = false
        }
        number.raw = UnsafeRawBufferPointer(start: start + begin, count: position - begin)
        if digits + fraction <= JSONNumberText.mostDigits {
            number.exponent -= fraction
        } else {
            number.gatherFirstDigits()
        }
        guard number.isFinite else {
            throw JSONError(code: .range, message: "the number is beyond what a double can hold", offset: begin)
        }
        return number
    }

    /// Appends at least one digit to a number.
    ///
    /// - Returns: how many.
    @inline(__always)
    private mutating func gatherDigits(_ number: inout UInt64) throws(JSONError) -> Int {
        // Copies, since a byte that is read might else be one of their own, for all that the compiler knows.
        var at = position
        var value = number
        while at < end {
            let digit = start[at] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            value = value &* 10 &+ UInt64(digit)
            at += 1
        }
        let count = at - position
        guard count > 0 else { throw unexpected("a digit") }
        position = at
        number = value
        return count
    }

    private mutating func scanExponent() throws(JSONError) -> Int {
        let isNegative = byte == UInt8(ascii: "-")
        if isNegative || byte == UInt8(ascii: "+") { position += 1 }
        guard isDigit else { throw unexpected("a digit") }
        var exponent = 0
        while isDigit {
            // Saturates far beyond any double; leading zeros and long exponents cost no more than their bytes.
            exponent = min(exponent * 10 + Int(byte - UInt8(ascii: "0")), 1_000_000_000)
            position += 1
        }
        return isNegative ? -exponent : exponent
    }

    private var isDigit: Bool { byte &- UInt8(ascii: "0") < 10 }
}

/// A number of a JSON text: its own bytes, and its digits as far as 64 bits hold them.
public struct JSONNumberText {
    /// As many digits as 64 bits hold, whichever they are.
    static let mostDigits = 19

    /// The text; valid as long as the parsed bytes are.
    public internal(set) var raw = UnsafeRawBufferPointer(start: nil, count: 0)
    /// Where it begins, in bytes from the start of the text.
    public internal(set) var offset: Int
    /// Whether it has neither a fraction nor an exponent.
    public internal(set) var isInteger = true
    var isNegative = false
    /// The first 19 significant digits, which always fit.
    var significand: UInt64 = 0
    /// The power of ten that the significand is multiplied by.
    var exponent = 0
    /// Whether a digit that is not 0 came after the 19 that the significand holds.
    var isTruncated = false

    init(offset: Int) {
        self.offset = offset
    }

    // MARK: - In 64 bits, for an index

    /// The digits, and in `form` the exponent (as 16 bits), whether it is negative, and whether it is an integer; all bits
    /// of `form` are set where that does not hold the number, as it does any of up to nine digits.
    var packed: (digits: UInt32, form: UInt32) {
        guard !isTruncated, let digits = UInt32(exactly: significand), let power = Int16(exactly: exponent) else {
            return (0, .max)
        }
        return (digits, UInt32(UInt16(bitPattern: power)) | (isNegative ? 1 << 16 : 0) | (isInteger ? 1 << 17 : 0))
    }

    /// A number that was packed; one that could not be is read once more.
    init(packed: (digits: UInt32, form: UInt32), raw: UnsafeRawBufferPointer, offset: Int) {
        self.init(offset: offset)
        if packed.form == .max {
            var parser = JSONParser(raw)
            // Never fails: it was read before.
            if let number = try? parser.scanNumber() { self = number }
            self.offset = offset
        } else {
            significand = UInt64(packed.digits)
            exponent = Int(Int16(truncatingIfNeeded: packed.form))
            isNegative = packed.form & 1 << 16 != 0
            isInteger = packed.form & 1 << 17 != 0
        }
        self.raw = raw
    }

    // MARK: - Digits

    /// Gathers the digits of a long number once more, as far as they fit. Its exponent is the one that is written.
    mutating func gatherFirstDigits() {
        significand = 0
        var digits = 0
        var isFraction = false
        for byte in raw {
            switch byte {
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                append(byte - UInt8(ascii: "0"), to: &digits, isFraction: isFraction)
            case UInt8(ascii: "-"): continue
            default: return
            }
        }
    }

    private mutating func append(_ digit: UInt8, to digits: inout Int, isFraction: Bool) {
        if digits < Self.mostDigits {
            significand = significand &* 10 &+ UInt64(digit)
            // Leading zeros are no significant digits.
            if significand != 0 { digits += 1 }
            if isFraction { exponent -= 1 }
        } else {
            if digit != 0 { isTruncated = true }
            if !isFraction { exponent += 1 }
        }
    }

    /// How many digits the significand has; none for 0.
    private var digitCount: Int {
        var count = 0
        var rest = significand
        while rest > 0 {
            count += 1
            rest /= 10
        }
        return count
    }

    /// Whether a double can hold it, which is so for what a parser gives; no conversion where the digits tell.
    var isFinite: Bool { exponent < 308 - Self.mostDigits || nearest != nil }

    /// The nearest double, ties to even. A parser gives no number that has none.
    public var double: Double { nearest ?? .infinity }

    /// Nil when the number is beyond the largest double.
    private var nearest: Double? {
        if significand == 0 { return isNegative ? -0.0 : 0.0 }
        // Clinger (1990): both factors are exact doubles, so one correctly rounded operation gives the nearest.
        if !isTruncated && significand <= 1 << 53 && exponent >= -22 && exponent <= 22 {
            let magnitude =
                exponent < 0
                ? Double(significand) / Self.powers[-exponent] : Double(significand) * Self.powers[exponent]
            return isNegative ? -magnitude : magnitude
        }
        return slowNearest
    }

    /// The standard library's conversion: correctly rounded, and deaf to the locale.
    private var slowNearest: Double? {
        // Out of range in either direction, however long the text is.
        if digitCount + exponent > 310 { return nil }
        if digitCount + exponent < -400 { return isNegative ? -0.0 : 0.0 }
        guard let double = Double(String(decoding: raw, as: UTF8.self)), double.isFinite else { return nil }
        return double
    }

    /// The number as a whole number of 64 bits, when it is one: 1.0 and 1e2 are.
    public var int64: Int64? {
        guard let magnitude = wholeMagnitude else { return nil }
        if isNegative { return magnitude <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil }
        return Int64(exactly: magnitude)
    }

    public var uint64: UInt64? {
        guard let magnitude = wholeMagnitude else { return nil }
        return isNegative && magnitude != 0 ? nil : magnitude
    }

    private var wholeMagnitude: UInt64? {
        if significand == 0 { return 0 }
        if isTruncated { return twentyDigits }
        var magnitude = significand
        var rest = exponent
        // At most 19 turns: by then it is 0 or has overflowed.
        while rest > 0 {
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            magnitude = product
            rest -= 1
        }
        while rest < 0 {
            if magnitude % 10 != 0 { return nil }
            magnitude /= 10
            rest += 1
        }
        return magnitude
    }

    /// A whole number of 20 digits, the last of which the significand doesn't hold: some fit 64 bits. With fewer before
    /// the point the digit that was cut off is a fraction, and with more nothing fits.
    private var twentyDigits: UInt64? {
        guard exponent == 1 else { return nil }
        let digits = raw.prefix { $0 | 0x20 != UInt8(ascii: "e") }.lazy.filter(Self.isDigit)
        let rest = digits.drop { $0 == UInt8(ascii: "0") }.dropFirst(19)
        guard let last = rest.first, rest.dropFirst().allSatisfy({ $0 == UInt8(ascii: "0") }) else { return nil }
        let (product, overflow) = significand.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(UInt64(last - UInt8(ascii: "0")))
        return overflow || carry ? nil : sum
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}
