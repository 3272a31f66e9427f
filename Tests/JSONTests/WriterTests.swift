import SibylJSON
import Testing

@Suite struct WriterTests {
    private func json(_ write: (inout JSONWriter) throws -> Void) rethrows -> String {
        var writer = JSONWriter(capacity: 0)
        try write(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("", #""""#), ("plain", #""plain""#), ("\"", #""\"""#), ("a\\b", #""a\\b""#),
        ("\n\r\t\u{8}\u{c}", #""\n\r\t\b\f""#),
        ("\u{0}x\u{1f}", #""\u0000x\u001f""#), ("\u{e9} and \"\u{1F600}\"", "\"\u{e9} and \\\"\u{1F600}\\\"\""),
    ])
    func stringsAreEscapedWhereTheyMust(_ text: String, _ expected: String) {
        #expect(json { $0.string(text) } == expected)
        #expect(json { $0.key(text) } == expected + ":")
    }

    @Test func commasComeByThemselves() {
        let text = json { writer in
            writer.beginObject()
            writer.key("a")
            writer.beginArray()
            writer.integer(-12)
            writer.integer(UInt64.max)
            writer.integer(Int.min)
            writer.endArray()
            writer.key("b" as String)
            writer.null()
            writer.raw(Array(#""c":true,"d":0"#.utf8))
            writer.key("e")
            writer.bool(false)
            writer.endObject()
        }
        #expect(
            text
                == #"{"a":[-12,18446744073709551615,-9223372036854775808],"b":null,"c":true,"d":0,"e":false}"#)
    }

    /// Through several doublings of its room.
    @Test func aWriterHoldsAsMuchAsIsWritten() throws {
        let text = json { writer in
            writer.beginArray()
            for number in 0..<10_000 { writer.integer(number) }
            writer.endArray()
        }
        let numbers = try JSONValue(parsing: text).array
        #expect(numbers?.compactMap(\.int64) == (0..<10_000).map(Int64.init))
    }

    @Test func whatWasWrittenCanBeTakenBack() {
        var writer = JSONWriter()
        writer.string("kept")
        let end = writer.count
        writer.beginText()
        writer.string("taken back")
        writer.truncate(to: end)
        writer.beginText()
        writer.null()
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #""kept"null"#)
        writer.removeAll()
        #expect(writer.bytes.isEmpty)
    }
}
