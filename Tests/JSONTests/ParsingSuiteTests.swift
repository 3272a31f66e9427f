import Foundation
import SibylJSON
import Testing

/// The public parsing suite (nst/JSONTestSuite).
@Suite struct ParsingSuiteTests {
    static let folder = TestData.folder("json-parsing-suite")

    /// What the suite leaves open (`i_`), and what is decided here: numbers that no double can hold, text that is not
    /// UTF-8, lone surrogates, byte order marks and deep nesting are refused; the rest is taken.
    static let accepted: Set<String> = [
        "i_number_double_huge_neg_exp.json", "i_number_real_underflow.json", "i_number_too_big_neg_int.json",
        "i_number_too_big_pos_int.json", "i_number_very_big_negative_int.json",
    ]

    static let isMissing: Comment =
        "the parsing suite is not here: put nst/JSONTestSuite into a folder json-parsing-suite and name its parent in SIBYL_TEST_DATA"

    @Test(.enabled(if: folder != nil, isMissing))
    func everyFileIsTakenOrRefusedAsItShould() throws {
        let files = TestData.files(in: try #require(Self.folder).appending(path: "test_parsing"))
        #expect(files.count > 300)
        for file in files {
            let name = file.lastPathComponent
            let bytes = Array(try Data(contentsOf: file))
            let isAccepted = (try? JSONDocument().withParsed(bytes) { _ in }) != nil
            let expected = name.hasPrefix("y_") || Self.accepted.contains(name)
            #expect(isAccepted == expected, "\(name)")
            #expect(skips(bytes) == expected, "\(name): the pull parser differs")
        }
    }

    @Test(.enabled(if: folder != nil, isMissing))
    func whatIsTakenMeansTheSameWhenItIsWrittenAgain() throws {
        for file in TestData.files(in: try #require(Self.folder)) {
            guard let value = try? JSONValue(parsing: Array(try Data(contentsOf: file))) else { continue }
            #expect(try JSONValue(parsing: try value.bytes()) == value, "\(file.lastPathComponent)")
        }
    }

    private func skips(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var parser = JSONParser(bytes)
            do {
                try parser.skipValue()
                try parser.finish()
                return true
            } catch {
                return false
            }
        }
    }
}
