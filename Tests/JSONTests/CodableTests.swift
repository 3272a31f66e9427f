import SibylJSON
import Testing

@Suite struct CodableTests {
    private struct Pair: Codable, Equatable { var a: Int, b: Int? }

    private func decode<T: Decodable>(_ type: T.Type, _ text: String) throws -> T {
        try JSONCoding.decode(type, from: Array(text.utf8))
    }

    /// An object with many members is found through an index, a small one by looking at each.
    @Test(arguments: [0, 31, 32, 500])
    func membersAreFoundHoweverManyThereAre(_ others: Int) throws {
        let rest = (0..<others).map { ", \"k\($0)\": {}" }.joined()
        #expect(try decode(Pair.self, "{\"a\": 1, \"b\": 2\(rest)}") == Pair(a: 1, b: 2))
        #expect(try decode(Pair.self, "{\"a\": 1\(rest), \"b\": null}") == Pair(a: 1, b: nil))
        #expect(try decode(Pair.self, "{\"\\u0061\": 1, \"b\": 2\(rest), \"a\": 3}") == Pair(a: 3, b: 2))
        #expect(throws: DecodingError.self) { try decode(Pair.self, "{\"b\": 1\(rest)}") }
    }

    /// As many members as would take minutes if each was searched for.
    @Test func aLargeDictionaryIsReadInOneGo() throws {
        let text = "{" + (0..<100_000).map { "\"k\($0)\":\($0)" }.joined(separator: ",") + "}"
        let read = try decode([String: Int].self, text)
        #expect(read.count == 100_000 && read["k99999"] == 99_999)
    }
}
