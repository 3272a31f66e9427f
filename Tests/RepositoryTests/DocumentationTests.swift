import Glibc
import SibylInference
import SibylJSON
import SibylModel
import Testing

@testable import SibylRepository

/// The page that tells people of repositories, held to what is read.
@Suite struct DocumentationTests {
    private let page: [Substring]

    init() throws {
        var parts = #filePath.split(separator: "/")
        parts.removeLast(3)
        let path = "/" + parts.joined(separator: "/") + "/docs/repository.md"
        let stream = try #require(fopen(path, "r"))
        defer { fclose(stream) }
        // Many times what the page holds.
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, stream)
        page = String(decoding: bytes.prefix(count), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// Where a description has members, and the heading under which they stand.
    private static let places: [(heading: String, JSONValue)] = [
        ("## model.yaml", ["?": 0]),
        ("### inputs", ["inputs": [["tensor": "X", "?": 0]]]),
        ("### outputs", ["outputs": [["tensor": "X", "?": 0]]]),
        ("### batching", ["batching": ["?": 0]]),
        ("### cache", ["cache": ["?": 0]]),
        ("### log", ["log": ["path": "x", "?": 0]]),
        ("### samples", ["samples": [["input": 0, "?": 0]]]),
    ]

    @Test(arguments: places)
    func everyMemberOfADescriptionIsInItsTable(heading: String, description: JSONValue) throws {
        let complaint = try #require(throws: ModelLoadError.self) { try ModelDescription(json: description) }
        let list = try #require(complaint.message.split(separator: "there may be ").last)
        let names = list.split(separator: ", ").map(String.init)
        #expect(!names.isEmpty)
        let rows = rows(under: heading)
        for name in names { #expect(rows.contains { $0.contains("`\(name)`") }, "\(heading) says nothing of \(name)") }
    }

    @Test func everyExampleCanBeRead() throws {
        let examples = blocks("yaml")
        #expect(!examples.isEmpty)
        for example in examples {
            let root = try #require(try YAMLDocument.compose(example))
            let json = YAMLScalar.json(root)
            if json["aliases"] == nil {
                _ = try ModelDescription(json: json)
            } else {
                let file = try ModelFile(root, isDescription: false)
                _ = try ModelDescription(json: file.defaults)
            }
        }
    }

    // MARK: - The page

    /// The first cells of the tables below a heading and above the next.
    private func rows(under heading: String) -> [Substring] {
        let begin = page.firstIndex { $0 == heading }.map { $0 + 1 } ?? page.endIndex
        return page[begin...].prefix { !$0.hasPrefix("#") }
            .filter { $0.hasPrefix("| ") }.compactMap { $0.split(separator: "|").first }
    }

    private func blocks(_ language: String) -> [String] {
        var blocks: [String] = []
        var block: [Substring]?
        for line in page {
            if line == "```" + language {
                block = []
            } else if line == "```", let finished = block {
                blocks.append(finished.map { $0 + "\n" }.joined())
                block = nil
            } else {
                block?.append(line)
            }
        }
        return blocks
    }
}
