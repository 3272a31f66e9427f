import SibylJSON
import Testing

/// Numbers as the nearest of a narrower format: Swift's own types are the judges, and arithmetic that is exact.
@Suite struct NarrowNumberTests {
    private func number<Result>(_ text: String, _ read: (JSONNumberText) -> Result) throws -> Result {
        try Array(text.utf8).withUnsafeBytes { bytes in
            var parser = JSONParser(bytes)
            return read(try parser.number())
        }
    }

    @Test func everyHalfIsReadBackAndSoIsWhatLiesInTheMiddle() throws {
        for bits: UInt16 in 0..<0x7C00 {
            let half = Float16(bitPattern: bits)
            let next = half.nextUp
            #expect(try number("\(Double(half))") { $0.nearest(in: .float16) } == Double(half))
            let middle = next.isFinite ? (Double(half) + Double(next)) / 2 : 65520
            // The shortest text of the double, and one that is a little off although its double is the same.
            let even = bits & 1 == 0 ? Double(half) : Double(next)
            let upper = next.isFinite ? Double(next) : nil
            let text = plain(middle)
            #expect(try number(text) { $0.nearest(in: .float16) } == (even.isFinite ? even : nil))
            #expect(try number(text + "000000000000000000000000000000001") { $0.nearest(in: .float16) } == upper)
            #expect(try number("-" + below(text)) { $0.nearest(in: .float16) } == -Double(half))
        }
    }

    /// Binary fractions end with a 5, so that a digit less and nines behind it are a little below.
    private func below(_ text: String) -> String {
        let text = text.hasSuffix(".0") ? String(text.dropLast(2)) : text
        guard text.contains(".") else { return "\(Int(text)! - 1).99999999999999999999999999999999" }
        return text.dropLast() + "4999999999999999999999999999999999999"
    }

    /// All digits of a binary fraction down to 2^-25, without an exponent.
    private func plain(_ number: Double) -> String {
        let whole = number.rounded(.down)
        var rest = number - whole
        var digits = ""
        while rest > 0 {
            // Exact: each turn has one binary digit less behind the point, and three more before it at most.
            rest *= 10
            digits += "\(Int(rest))"
            rest -= rest.rounded(.down)
        }
        return "\(Int(whole)).\(digits.isEmpty ? "0" : digits)"
    }

    @Test(arguments: [
        ("1.00390625", 1), ("1.00390625000000000000000000000000001", 1.0078125), ("1.01171875", 1.015625),
        ("1.0117187499999999999999999999999999999999", 1.0078125), ("-257", -256), ("259", 260), ("0.1", 0.10009765625),
        ("3.3895313892515355e38", 0x1.FEp127), ("3.3961775292304601e38", nil), ("1e-45", 0), ("0", 0),
        ("4.591774807899560578e-41", 0), ("4.591774807899560579e-41", 0x1p-133), ("4.6e-41", 0x1p-133),
    ])
    func aBrainFloatIsTheNearest(_ text: String, _ expected: Double?) throws {
        #expect(try number(text) { $0.nearest(in: .bfloat16) } == expected)
    }

    /// The standard library reads floats from their text, digit by digit.
    @Test(arguments: [
        "0.1", "16777217", "16777217.000000000000000000000001", "16777216.99999999999999999999999999", "16777219",
        "1.00000005960464477539062500000000000001", "1.000000059604644775390625", "1.1754943508222875e-38",
        "1.401298464324817e-45", "7.006492321624085e-46", "7.00649232162408535461864791644958e-46",
        "7.0064923216240853546186479164495806564013097093825788587853e-46", "7e-46", "3.4028235e38",
        "340282356779733661637539395458142568447.99999999999", "1e-300", "-0.0", "-1e-60", "123456789.125",
    ])
    func aFloatIsTheNearest(_ text: String) throws {
        #expect(try number(text, \.float)?.bitPattern == Float(text)?.bitPattern)
    }

    @Test(arguments: ["340282356779733661637539395458142568448", "-3.5e38", "1e300"])
    func whatNoFloatHoldsIsNone(_ text: String) throws {
        #expect(try number(text, \.float) == nil)
    }

    @Test func randomFloatsAreTheNearest() throws {
        var random = SplitMix(state: 7)
        for _ in 0..<20_000 {
            let float = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
            guard float.isFinite, float.nextUp.isFinite else { continue }
            let middle = (Double(float) + Double(float.nextUp)) / 2
            for text in ["\(float)", "\(Double(float))", "\(middle)", "\(middle.nextUp)", "\(middle.nextDown)"] {
                #expect(try number(text, \.float)?.bitPattern == Float(text)?.bitPattern, "\(text)")
            }
        }
    }
}

/// Steele, Lea and Flood (2014): the same numbers on every machine.
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
