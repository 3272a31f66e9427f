import Foundation
import SibylJSON
import Testing

/// The official suite of draft 2020-12, every required test of it.
struct SchemaSuiteTests {
    @Test func passesEveryRequiredTest() throws {
        guard let suite = TestData.folder("json-schema-suite") else {
            print("skipped: the JSON Schema suite is missing; scripts/fetch-schema-suite brings it")
            return
        }
        let resources = try Self.remotes(of: suite)
        let folder = suite.appending(path: "tests/draft2020-12")
        let files = TestData.files(in: folder).filter { !$0.path.contains("/optional/") }
        var count = 0
        for file in files {
            let groups = try JSONValue(parsing: Array(Data(contentsOf: file))).array ?? []
            for group in groups { count += try Self.check(group, of: file.lastPathComponent, resources) }
        }
        #expect(count >= 1257, "a part of the suite was not run")
    }

    private static func check(_ group: JSONValue, of file: String, _ resources: [String: JSONValue]) throws -> Int {
        let schema = try #require(group["schema"])
        let validator = try SchemaValidator(JSONSchema(schema), resources: resources)
        let tests = group["tests"]?.array ?? []
        for test in tests {
            let bytes = try #require(test["data"]).bytes()
            let name = "\(file): \(group["description"]?.string ?? ""): \(test["description"]?.string ?? "")"
            try JSONDocument().withParsed(bytes) { node in
                #expect(validator.isValid(node) == test["valid"]?.bool, "\(name)")
                #expect(validator.violations(in: node).isEmpty == test["valid"]?.bool, "\(name), collected")
            }
        }
        return tests.count
    }

    private static func remotes(of suite: URL) throws -> [String: JSONValue] {
        let folder = suite.appending(path: "remotes").standardizedFileURL
        var resources: [String: JSONValue] = [:]
        for file in TestData.files(in: folder) {
            let path = file.standardizedFileURL.path.dropFirst(folder.path.count)
            let name = path.hasPrefix("/") ? path.dropFirst() : path
            resources["http://localhost:1234/" + name] = try JSONValue(parsing: Array(Data(contentsOf: file)))
        }
        return resources
    }
}
