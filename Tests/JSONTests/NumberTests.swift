import SibylJSON
import Testing

@Suite struct NumberTests {
    private func number<Result>(_ text: String, _ read: (JSONNumberText) -> Result) throws -> Result {
        try Array(text.utf8).withUnsafeBytes { bytes in
            var parser = JSONParser(bytes)
            return read(try parser.number())
        }
    }

    @Test(arguments: [
        ("0", 0), ("-0", 0), ("-0.0e5", 0), ("9223372036854775807", Int64.max), ("-9223372036854775808", .min),
        ("9223372036854775808", nil), ("-9223372036854775809", nil), ("1.0", 1), ("1e3", 1000), ("12.50e1", 125),
        ("1000e-3", 1), ("1000e-4", nil), ("0.5", nil), ("5555555555555555557.0", 5_555_555_555_555_555_557),
        ("1.000000000000000000000000000001", nil), ("1e18", 1_000_000_000_000_000_000), ("1e19", nil),
        ("9223372036854775807.000000000000000000000", .max), ("9223372036854775807.5", nil),
    ])
    func wholeNumbersAreReadHoweverTheyAreWritten(_ text: String, _ expected: Int64?) throws {
        #expect(try number(text, \.int64) == expected)
    }

    @Test(arguments: [
        ("-0", 0), ("-1", nil), ("18446744073709551615", UInt64.max), ("18446744073709551615.0", .max),
        ("18446744073709551615.000000000000000000001", nil), ("18446744073709551616", nil),
        ("1844674407370955161.5e1", .max), ("1844674407370955161.51e1", nil), ("1.8446744073709551615e19", .max),
        ("0.00018446744073709551615e23", .max), ("184467440737095516150e-1", .max), ("184467440737095516150", nil),
        ("10000000000000000001", 10_000_000_000_000_000_001), ("99999999999999999999", nil),
    ])
    func unsignedOnesHaveTwentyDigits(_ text: String, _ expected: UInt64?) throws {
        #expect(try number(text, \.uint64) == expected)
    }

    /// Digits beyond 19, zeros in front of them, and exponents that take away what digits give.
    @Test(arguments: [
        "0.1", "-12.25", "1234567890.123456789", "12345678901234567890.5", "0.00000000000000000000000000123",
        "0.000000000000000001e308", "0.0000000000000000000001e325", "100000000000000000000000e285",
        "123456789012345678901234567890", "9007199254740993", "9007199254740993.0000000000000000000001", "5e-324",
        "2e-400", "1.7976931348623157e308", "17976931348623157e292", "-0.0000000000000000000000000000", "1E+22",
        "3e-22",
    ])
    func aDoubleIsTheNearest(_ text: String) throws {
        #expect(try number(text, \.double).bitPattern == Double(text)?.bitPattern)
    }

    @Test(arguments: ["1e309", "-1e309", "1.7976931348623159e308", "1e99999999999999999999"])
    func whatNoDoubleHoldsIsRefusedWhoeverReadsIt(_ text: String) {
        let bytes = Array(text.utf8)
        let errors = bytes.withUnsafeBytes { bytes in
            [
                fault(bytes) { parser throws(JSONError) in _ = try parser.number() },
                fault(bytes) { parser throws(JSONError) in _ = try parser.double() },
                fault(bytes) { parser throws(JSONError) in _ = try parser.integer() },
                fault(bytes) { parser throws(JSONError) in _ = try parser.skipValue() },
            ]
        }
        #expect(errors.map { $0?.code } == Array(repeating: .range, count: 4))
        #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
    }

    private func fault(
        _ bytes: UnsafeRawBufferPointer, _ read: (inout JSONParser) throws(JSONError) -> Void
    ) -> JSONError? {
        var parser = JSONParser(bytes)
        do throws(JSONError) {
            try read(&parser)
            return nil
        } catch {
            return error
        }
    }
}
