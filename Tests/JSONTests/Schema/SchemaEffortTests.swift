import SibylJSON
import Testing

/// What a client sends must not take a server much longer than it is long. These inputs would take minutes or hours if
/// something was quadratic, or worse, in their size; that the tests end shows that nothing is.
@Suite struct SchemaEffortTests {
    private func violations(_ schema: JSONValue, _ text: String) throws -> [SchemaViolation] {
        let validator = try SchemaValidator(JSONSchema(schema))
        return try JSONDocument().withParsed(Array(text.utf8)) { validator.violations(in: $0) }
    }

    private func array(_ count: Int, _ element: (Int) -> String) -> String {
        "[" + (0..<count).lazy.map(element).joined(separator: ",") + "]"
    }

    private func object(_ count: Int) -> String {
        "{" + (0..<count).lazy.map { "\"k\($0)\":1" }.joined(separator: ",") + "}"
    }

    // MARK: - Many values

    @Test func manyKeysThatAreRequired() throws {
        let names = (0..<60_000).map { JSONValue.string("k\($0)") }
        #expect(try violations(["required": .array(names)], object(60_000)).isEmpty)
        let missing = try violations(["required": .array(names + ["last"])], object(60_000))
        #expect(missing.map(\.path) == ["/last"])
    }

    @Test func manyChoices() throws {
        let words = (0..<60_000).map { JSONValue.string("k\($0)") }
        let numbers = (0..<60_000).map { JSONValue.integer($0) } + [0.5]
        let schema: JSONValue = ["items": ["enum": .array(words + numbers)]]
        #expect(try violations(schema, array(60_000) { "\"k\(59_999 - $0)\"" }).isEmpty)
        #expect(try violations(schema, array(60_000) { "\(59_999 - $0)" }).isEmpty)
        let wrong = try violations(schema, #"["k60000", 60000, 0.5, 5e-1, 1.0, null]"#)
        #expect(wrong.map(\.path) == ["/0", "/1", "/5"])
    }

    @Test func aConstantOfManyMembers() throws {
        let constant = try JSONValue(parsing: object(60_000))
        #expect(try violations(["const": constant], object(60_000)).isEmpty)
        // As many members, but one name twice.
        let twice = object(59_999).dropLast() + ",\"k1\":1}"
        #expect(try violations(["const": constant], String(twice)).map(\.rule) == ["const"])
    }

    enum Items: CaseIterable {
        case neighboursThatOneDoubleStandsFor, treesOfTheSameLeaves, wordsThatSwiftTakesForTheSame, objects

        func item(_ index: Int) -> String {
            let bits = (0..<16).map { index >> $0 & 1 == 1 }
            return switch self {
            case .neighboursThatOneDoubleStandsFor: "\(9_223_372_036_854_000_000 + index)"
            case .treesOfTheSameLeaves: bits.reduce("1") { $1 ? "[\($0),2]" : "[[\($0)],2]" }
            case .wordsThatSwiftTakesForTheSame: "\"" + bits.map { $0 ? "\u{e9}" : "e\u{301}" }.joined() + "\""
            case .objects: "{\"a\":\(index),\"b\":[]}"
            }
        }
    }

    @Test(arguments: Items.allCases)
    func manyItemsThatAreUnique(_ items: Items) throws {
        #expect(try violations(["uniqueItems": true], array(30_000, items.item)).isEmpty)
        let twins = array(30_000) { items.item($0 == 29_999 ? 7 : $0) }
        #expect(try violations(["uniqueItems": true], twins).map(\.rule) == ["uniqueItems"])
    }

    @Test func aLongStringThatAPatternWouldSearchForLong() throws {
        let schema: JSONValue = ["maxLength": 10, "pattern": "[a-z]+@"]
        let found = try violations(schema, "\"" + String(repeating: "a", count: 500_000) + "\"")
        #expect(found.map(\.rule) == ["maxLength"])
    }

    // MARK: - Schemas that refer to themselves

    /// Both choices look at all that lies deeper, and so do theirs: twice the time for each level.
    private static let doubling: JSONValue = [
        "anyOf": [
            ["properties": ["left": ["$ref": "#"], "kind": ["const": "a"]]],
            ["properties": ["left": ["$ref": "#"], "kind": ["const": "b"]]],
        ]
    ]

    @Test func choicesThatReferToThemselvesAreGivenUp() throws {
        let text = String(repeating: #"{"left":"#, count: 60) + "{}" + String(repeating: #","kind":"c"}"#, count: 60)
        let found = try violations(Self.doubling, text)
        #expect(found.map(\.message) == ["can't be checked: its schema takes too many steps for this value"])
        #expect(found.map(\.path) == [""])
    }

    @Test func theyAreNotGivenUpWhereTheyNeedNot() throws {
        let text = String(repeating: #"{"kind":"b","left":"#, count: 60) + "{}" + String(repeating: "}", count: 60)
        #expect(try violations(Self.doubling, text).isEmpty)
        let nested = String(repeating: #"{"left":"#, count: 6) + "{}" + String(repeating: #","kind":"c"}"#, count: 6)
        #expect(try violations(Self.doubling, nested).map(\.rule) == ["anyOf"])
    }

    /// What is given up is not met, whichever way it is asked for.
    @Test(
        arguments: [
            ["not": ["$ref": "#"]], ["not": ["allOf": [["$ref": "#"]]]], ["anyOf": [["$ref": "#"], ["$ref": "#"]]],
            ["not": ["not": ["$ref": "#"]]],
            ["allOf": [["$ref": "#"], ["$ref": "#"]]], ["if": ["$ref": "#"], "then": true, "else": true],
            ["contains": ["$ref": "#/contains"], "allOf": [["$ref": "#"]]],
        ] as [JSONValue])
    func endlessReferencesAreNeverMet(_ schema: JSONValue) throws {
        let found = try violations(schema, "[1]")
        #expect(found.map(\.rule) == ["$ref"])
        #expect(found.first?.message.hasPrefix("can't be checked") == true)
    }

    /// A reference is no deeper for the stack than another.
    @Test func aLongChainOfReferences() throws {
        var definitions: JSONObject = ["last": ["type": "null"]]
        for index in 0..<20_000 {
            definitions["a\(index)"] = ["$ref": .string(index == 0 ? "#/$defs/last" : "#/$defs/a\(index - 1)")]
        }
        let chain: JSONValue = ["$defs": .object(definitions), "$ref": "#/$defs/a19999"]
        #expect(try violations(chain, "null").map(\.rule) == ["$ref"])
        let shorter: JSONValue = ["$defs": .object(definitions), "$ref": "#/$defs/a400"]
        #expect(try violations(shorter, "null").isEmpty)
        #expect(try violations(shorter, "1").map(\.rule) == ["type"])
    }

    // MARK: - Words

    @Test func longKeysAreCutInPaths() throws {
        let key = String(repeating: "k", count: 100_000)
        let found = try violations(
            ["additionalProperties": ["items": ["type": "null"]]], "{\"\(key)\":\(array(200) { "\($0)" })}")
        #expect(found.count == SchemaValidator.maximumViolations)
        #expect(found.first?.path == "/" + String(repeating: "k", count: 256) + "…/0")
    }

    /// A letter may carry any number of marks and is still one character.
    @Test func longValuesAreCutInMessages() throws {
        let value = "\"e" + String(repeating: "\u{301}", count: 100_000) + "\""
        let message = try #require(try violations(["type": "null"], value).first).message.unicodeScalars
        #expect(message.starts(with: "must be null, but is \"e\u{301}\u{301}".unicodeScalars))
        #expect(message.last == "…" && message.count < 120)
    }

    @Test func choicesInsideChoicesAreNotExplained() throws {
        let schema: JSONValue = ["anyOf": [["type": "null"], ["anyOf": [["type": "string"], ["type": "boolean"]]]]]
        #expect(
            try violations(schema, "1").map(\.message) == [
                "must meet one of 2 schemas: must be null, but is 1; or must meet one of 2 schemas"
            ])
    }
}
