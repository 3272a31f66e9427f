import SibylJSON
import Testing

/// Long inputs, which would take minutes or hours if the time grew faster than they do; see also SchemaEffortTests.
@Suite struct EffortTests {
    @Test(
        arguments: [
            (String(repeating: "7", count: 1_000_000) + "e-999999", 7.777777777777778, nil),
            ("0." + String(repeating: "7", count: 1_000_000), 0.7777777777777778, nil),
            ("1" + String(repeating: "0", count: 1_000_000) + "e-1000000", 1, 1),
            ("0." + String(repeating: "0", count: 1_000_000) + "1e1000001", 1, 1),
            ("25e-" + String(repeating: "0", count: 1_000_000) + "1", 2.5, nil),
            // Just above the middle between two doubles, which the last digit tells.
            ("9007199254740993." + String(repeating: "0", count: 1_000_000) + "1", 9_007_199_254_740_994, nil),
        ] as [(String, Double, Int64?)])
    func aNumberOfAMillionDigits(_ text: String, _ double: Double, _ integer: Int64?) throws {
        try JSONDocument().withParsed(Array(text.utf8)) { node in
            #expect(node.double == double)
            #expect(node.int64 == integer)
            let halves = try SchemaValidator(JSONSchema(["multipleOf": 0.5]))
            #expect(halves.isValid(node) == (integer != nil || double == 2.5))
        }
    }

    @Test func aStringOfAMillionEscapes() throws {
        let text = "\"" + String(repeating: "\\u00e9\\n", count: 1_000_000) + "\""
        let value = try JSONValue(parsing: text)
        #expect(value.string?.utf8.count == 3_000_000)
        #expect(try JSONValue(parsing: value.bytes()) == value)
    }

    @Test func aKeyThatStandsManyTimes() throws {
        let text = "{" + (0..<300_000).map { "\"a\":\($0)" }.joined(separator: ",") + "}"
        #expect(try JSONValue(parsing: text) == ["a": 299_999])
    }

    @Test func manyKeys() throws {
        let text = "{" + (0..<100_000).map { "\"k\($0)\":\($0)" }.joined(separator: ",") + "}"
        let value = try JSONValue(parsing: text)
        #expect(value.object?.count == 100_000 && value["k99999"] == 99_999)
        #expect(String(decoding: try value.bytes(), as: UTF8.self) == text)
    }

    @Test func manyContainersAsDeepAsAllowed() throws {
        let column = String(repeating: "[", count: 63) + String(repeating: "]", count: 63)
        let text = "[" + Array(repeating: column, count: 5_000).joined(separator: ",") + "]"
        #expect(try JSONValue(parsing: text).array?.count == 5_000)
        #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: "[", count: 5_000_000)) }
    }
}
