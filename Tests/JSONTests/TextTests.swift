import SibylJSON
import Testing

@Suite struct TextTests {
    private func text<Result>(_ json: String, _ read: (JSONText) -> Result) throws -> Result {
        try Array(json.utf8).withUnsafeBytes { bytes in
            var parser = JSONParser(bytes)
            return read(try parser.string())
        }
    }

    static let meanings: [(json: String, meaning: String)] = [
        (#""""#, ""), (#""abc""#, "abc"), (#""ä€😀""#, "ä€😀"), (#""\"\\\/""#, "\"\\/"),
        (#""\b\f\n\r\t""#, "\u{8}\u{c}\n\r\t"), (#""\u0000""#, "\0"), (#""\u0041\u00e4\u20AC""#, "Aä€"),
        (#""\ud83d\ude00""#, "😀"), (#""\uDBFF\uDFFF""#, "\u{10FFFF}"), (#""\uffff""#, "\u{ffff}"),
        (#""a\u0062c\nd""#, "abc\nd"),
    ]

    @Test(arguments: meanings)
    func escapesMeanWhatTheyShould(_ json: String, _ meaning: String) throws {
        let bytes = Array(meaning.utf8)
        #expect(try text(json) { Array($0.string.utf8) } == bytes)
        #expect(try text(json, \.unescaped) == bytes)
        #expect(try text(json) { text in bytes.withUnsafeBytes { text.equals($0) } })
    }

    @Test(arguments: meanings)
    func aTextEqualsNothingButItsMeaning(_ json: String, _ meaning: String) throws {
        let bytes = Array(meaning.utf8)
        let shorter = bytes.isEmpty ? [] : [Array(bytes.dropLast())]
        for other in [bytes + [0x78], [0x78] + bytes] + shorter {
            #expect(try !text(json) { text in other.withUnsafeBytes { text.equals($0) } }, "\(other)")
        }
    }

    /// Strings are looked at eight bytes at a time, and the last few one by one: whatever is not plain must be found at
    /// every place, in front of any number of bytes.
    @Test(arguments: 0..<20)
    func whatIsNotPlainIsFoundAtEveryPlace(_ place: Int) throws {
        let before = String(repeating: "a", count: place)
        for after in ["", "b", "12345678", "\u{7f}~ [],:{}0123456789"] {
            let short = [(#"\""#, "\""), (#"\u0041"#, "A"), ("\u{e9}", "\u{e9}"), ("\u{1F600}", "\u{1F600}")]
            for (json, meaning) in short {
                let string = try text("\"\(before)\(json)\(after)\"   ") { $0.string }
                #expect(string == before + meaning + after)
            }
            #expect(try text("\"\(before)\"\(after)\"") { $0.string } == before)
            for wrong in ["\n", "\u{0}", "\u{1f}", #"\x"#, #"\ud800"#] {
                #expect(throws: JSONError.self) { try text("\"\(before)\(wrong)\(after)\"") { _ in } }
            }
            #expect(throws: JSONError.self) { try text("\"\(before)\(after)") { _ in } }
        }
        for byte in [0x80, 0xc1, 0xff] as [UInt8] {
            let bytes = Array("\"\(before)".utf8) + [byte] + Array("12345678\"".utf8)
            #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
        }
    }

    @Test(arguments: 1..<20)
    func aTextOfAnyLengthDiffersWhereOneByteDoes(_ length: Int) throws {
        let same = [UInt8](repeating: 0x61, count: length)
        let json = "\"" + String(decoding: same, as: UTF8.self) + "\""
        #expect(try text(json) { text in same.withUnsafeBytes { text.equals($0) } })
        for place in 0..<length {
            var other = same
            other[place] = 0x62
            #expect(try !text(json) { text in other.withUnsafeBytes { text.equals($0) } })
        }
    }

    /// Two forms of one letter are two names, though Swift's strings take them for the same.
    @Test func bytesDecide() throws {
        #expect(try !text("\"\u{e9}\"") { text in Array("e\u{301}".utf8).withUnsafeBytes { text.equals($0) } })
        #expect(try text(#""\u00e9""#) { $0.equals("\u{e9}") })
    }
}
