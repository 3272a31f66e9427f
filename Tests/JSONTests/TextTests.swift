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

    /// Two forms of one letter are two names, though Swift's strings take them for the same.
    @Test func bytesDecide() throws {
        #expect(try !text("\"\u{e9}\"") { text in Array("e\u{301}".utf8).withUnsafeBytes { text.equals($0) } })
        #expect(try text(#""\u00e9""#) { $0.equals("\u{e9}") })
    }
}
