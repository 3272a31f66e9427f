import SibylJSON
import Testing

struct SchemaTests {
    private enum Keys: String, CodingKey {
        case width = "petal_width"
        case name, tags
    }

    private enum Color: String, CaseIterable { case red, green }

    private static let schema = JSONSchema.object(keyedBy: Keys.self) {
        Property(.width, .number(exclusiveMinimum: 0, maximum: 30), description: "in cm")
        Property(.name, .string(minimumLength: 1, maximumLength: 5).nullable, isOptional: true)
        Property(.tags, .array(of: .enumeration(Color.self), isUnique: true), isOptional: true)
    }

    private func violations(_ schema: JSONSchema, _ text: String) throws -> [SchemaViolation] {
        let validator = try SchemaValidator(schema)
        return try JSONDocument().withParsed(Array(text.utf8)) { validator.violations(in: $0) }
    }

    @Test func buildsWhatTheDraftWrites() {
        #expect(
            Self.schema.json.description
                == #"{"type":"object","properties":{"petal_width":{"type":"number","exclusiveMinimum":0,"maximum":30,"description":"in cm"},"name":{"type":["string","null"],"minLength":1,"maxLength":5},"tags":{"type":"array","items":{"type":"string","enum":["red","green"]},"uniqueItems":true}},"required":["petal_width"]}"#
        )
        #expect(Self.schema.document["$schema"]?.string == JSONSchema.dialect)
    }

    @Test func tellsEveryViolationWithPathRuleAndValue() throws {
        let found = try violations(
            Self.schema, #"{"name": "too long", "tags": ["red", "blue", "red"], "petal_width": 31}"#)
        #expect(
            found.map(\.description) == [
                "/name: must have at most 5 characters, but has 8",
                #"/tags/1: must be one of "red", "green", but is "blue""#,
                "/tags: must not repeat an item, but items 0 and 2 are equal",
                "/petal_width: must be at most 30, but is 31",
            ])
        #expect(found.map(\.rule) == ["maxLength", "enum", "uniqueItems", "maximum"])
    }

    @Test(arguments: [
        (#"{}"#, "/petal_width: is required and missing"),
        (#"{"petal_width": 0}"#, "/petal_width: must be above 0, but is 0"),
        (#"{"petal_width": -0.0}"#, "/petal_width: must be above 0, but is -0.0"),
        (#"{"petal_width": "1"}"#, #"/petal_width: must be a number, but is "1""#),
        (#"{"petal_width": null}"#, "/petal_width: must be a number, but is null"),
        ("[1, 2]", "/: must be an object, but is an array of 2"),
    ])
    func namesTheFault(_ text: String, _ message: String) throws {
        #expect(try violations(Self.schema, text).map(\.description) == [message])
    }

    @Test func takesWhatIsRight() throws {
        #expect(try violations(Self.schema, #"{"petal_width": 0.2, "name": null, "more": [1]}"#).isEmpty)
        #expect(try violations(Self.schema, #"{"petal\u005fwidth": 3e1}"#).isEmpty)
    }

    @Test func escapesPathsAsPointers() throws {
        let found = try violations(.map(of: .integer()), #"{"a/b~c": "x"}"#)
        #expect(found.map(\.path) == ["/a~1b~0c"])
    }

    @Test func explainsChoicesOfSchemas() throws {
        let found = try violations(.anyOf(.string(), .integer(minimum: 3)), "2")
        #expect(
            found.map(\.message) == [
                "must meet one of 2 schemas: must be a string, but is 2; or must be at least 3, but is 2"
            ])
    }

    @Test func boundsTheNumberOfViolations() throws {
        let rows = "[" + Array(repeating: "\"x\"", count: 10_000).joined(separator: ",") + "]"
        #expect(try violations(.array(of: .integer()), rows).count == SchemaValidator.maximumViolations)
    }

    @Test func endsOnASchemaThatRefersToItself() throws {
        #expect(try violations(JSONSchema(["$ref": "#"]), "1").map(\.rule) == ["$ref"])
    }

    @Test(
        arguments: [
            (["type": "strnig"], "/type"), (["minLength": -1], "/minLength"), (["pattern": "("], "/pattern"),
            (["required": "a"], "/required"), (["allOf": []], "/allOf"), (["$ref": "#/$defs/no"], "/$ref"),
            (["properties": ["a": 1]], "/properties/a"), (["multipleOf": 0], "/multipleOf"),
            (["$ref": "http://example.com/elsewhere.json"], "/$ref"),
        ] as [(JSONValue, String)])
    func refusesWhatIsNoSchema(_ schema: JSONValue, _ location: String) {
        let error = #expect(throws: JSONSchemaError.self) { try SchemaValidator(JSONSchema(schema)) }
        #expect(error?.location == location)
    }

    @Test(arguments: [
        ("0.0075", "0.0001", true), ("0.00751", "0.0001", false), ("1e300", "7", false), ("4.5", "1.5", true),
        ("9007199254740993", "2", false), ("1.1", "0.1", true), ("0.1e-9223372036854775808", "0.5", false),
        ("1e-99999999999999999999", "0.5", false), ("-0e99999999999999999999", "0.5", true), ("15E+0", "2.5", true),
    ])
    func multiplesAreExact(_ value: String, _ divisor: String, _ isMultiple: Bool) throws {
        let schema = JSONSchema(["multipleOf": try JSONValue(parsing: divisor)])
        #expect(try violations(schema, value).isEmpty == isMultiple)
    }
}
