/// Schemas written in Swift: `.number(exclusiveMinimum: 0, maximum: 30)`, `.array(of: .string())`,
/// `.object(keyedBy: CodingKeys.self) { Property(.name, .string()) }`.
extension JSONSchema {
    /// Every value.
    public static var any: JSONSchema { true }

    public static func number(
        minimum: Double? = nil, exclusiveMinimum: Double? = nil, maximum: Double? = nil,
        exclusiveMaximum: Double? = nil, multipleOf: Double? = nil
    ) -> JSONSchema {
        typed("number") { members in
            members.set("minimum", minimum.map(JSONValue.init(number:)))
            members.set("exclusiveMinimum", exclusiveMinimum.map(JSONValue.init(number:)))
            members.set("maximum", maximum.map(JSONValue.init(number:)))
            members.set("exclusiveMaximum", exclusiveMaximum.map(JSONValue.init(number:)))
            members.set("multipleOf", multipleOf.map(JSONValue.init(number:)))
        }
    }

    public static func integer(minimum: Int64? = nil, maximum: Int64? = nil, multipleOf: Int64? = nil) -> JSONSchema {
        typed("integer") { members in
            members.set("minimum", minimum.map { .integer($0) })
            members.set("maximum", maximum.map { .integer($0) })
            members.set("multipleOf", multipleOf.map { .integer($0) })
        }
    }

    public static func boolean() -> JSONSchema {
        typed("boolean") { _ in }
    }

    /// - Parameters:
    ///   - minimumLength: in code points, as `maximumLength`.
    ///   - pattern: a regular expression that must match somewhere in the string. Give `maximumLength` beside it: a search
    ///     can take time quadratic in the string and worse, and a longer string isn't searched.
    ///   - format: such as `date-time`; it describes and asserts nothing.
    public static func string(
        minimumLength: Int? = nil, maximumLength: Int? = nil, pattern: String? = nil, format: String? = nil
    ) -> JSONSchema {
        typed("string") { members in
            members.set("minLength", minimumLength.map { .integer(Int64($0)) })
            members.set("maxLength", maximumLength.map { .integer(Int64($0)) })
            members.set("pattern", pattern.map { .string($0) })
            members.set("format", format.map { .string($0) })
        }
    }

    /// One of the cases of an enumeration, by their raw values.
    public static func enumeration<Choices: CaseIterable & RawRepresentable<String>>(_ type: Choices.Type)
        -> JSONSchema
    {
        .enumeration(type.allCases.map(\.rawValue))
    }

    public static func enumeration(_ choices: [String]) -> JSONSchema {
        typed("string") { $0["enum"] = .array(choices.map { .string($0) }) }
    }

    public static func array(
        of items: JSONSchema, minimumCount: Int? = nil, maximumCount: Int? = nil, isUnique: Bool = false
    ) -> JSONSchema {
        typed("array") { members in
            members["items"] = items.json
            members.set("minItems", minimumCount.map { .integer(Int64($0)) })
            members.set("maxItems", maximumCount.map { .integer(Int64($0)) })
            members.set("uniqueItems", isUnique ? true : nil)
        }
    }

    /// An object with any keys and values of one kind: a Swift dictionary.
    public static func map(of values: JSONSchema) -> JSONSchema {
        typed("object") { $0["additionalProperties"] = values.json }
    }

    /// An object with the keys of a `Codable` type, named by its own `CodingKeys`.
    ///
    /// - Parameter allowsFurther: whether members that are not named are ignored, as `Codable` does, or refused.
    public static func object<Keys: CodingKey>(
        keyedBy keys: Keys.Type, allowsFurther: Bool = true,
        @SchemaPropertiesBuilder<Keys> _ properties: () -> [Property<Keys>]
    ) -> JSONSchema {
        let properties = properties()
        return typed("object") { members in
            var schemas = JSONObject()
            for property in properties { schemas[property.key.stringValue] = property.schema.json }
            members["properties"] = .object(schemas)
            let required = properties.filter { !$0.isOptional }.map { JSONValue.string($0.key.stringValue) }
            members.set("required", required.isEmpty ? nil : .array(required))
            members.set("additionalProperties", allowsFurther ? nil : false)
        }
    }

    public static func anyOf(_ schemas: JSONSchema...) -> JSONSchema {
        JSONSchema(["anyOf": .array(schemas.map(\.json))])
    }

    public static func oneOf(_ schemas: JSONSchema...) -> JSONSchema {
        JSONSchema(["oneOf": .array(schemas.map(\.json))])
    }

    // MARK: - Annotations

    /// The schema, or null.
    public var nullable: JSONSchema {
        guard let type = json["type"]?.string else { return .anyOf(self, JSONSchema(["type": "null"])) }
        var schema = with("type", [.string(type), "null"])
        // `null` must be among the choices too.
        if let choices = json["enum"]?.array { schema = schema.with("enum", .array(choices + [.null])) }
        return schema
    }

    public func titled(_ title: String) -> JSONSchema { with("title", .string(title)) }
    public func described(_ description: String) -> JSONSchema { with("description", .string(description)) }
    public func defaulting(to value: JSONValue) -> JSONSchema { with("default", value) }
    public func examples(_ examples: JSONValue...) -> JSONSchema { with("examples", .array(examples)) }

    /// The schema with one more keyword, of the draft or of your own.
    public func with(_ keyword: String, _ value: JSONValue) -> JSONSchema {
        var members = json.object ?? (json == false ? ["not": [:]] : [:])
        members[keyword] = value
        return JSONSchema(.object(members))
    }

    private static func typed(_ type: String, _ fill: (inout JSONObject) -> Void) -> JSONSchema {
        var members: JSONObject = ["type": .string(type)]
        fill(&members)
        return JSONSchema(.object(members))
    }
}

/// A member of an object's schema.
public struct Property<Keys: CodingKey> {
    let key: Keys
    let schema: JSONSchema
    let isOptional: Bool

    /// - Parameter isOptional: whether the member may be missing; it is then an `Optional` in the `Codable` type.
    public init(_ key: Keys, _ schema: JSONSchema, description: String? = nil, isOptional: Bool = false) {
        self.key = key
        self.schema = description.map(schema.described) ?? schema
        self.isOptional = isOptional
    }
}

@resultBuilder
public enum SchemaPropertiesBuilder<Keys: CodingKey> {
    public static func buildExpression(_ property: Property<Keys>) -> Property<Keys> {
        property
    }

    public static func buildBlock(_ properties: Property<Keys>...) -> [Property<Keys>] {
        properties
    }
}

extension JSONValue {
    /// A whole number as an integer, so that 30.0 is written 30.
    fileprivate init(number: Double) {
        self = Int64(exactly: number).map { .integer($0) } ?? .double(number)
    }
}

extension JSONObject {
    fileprivate mutating func set(_ key: String, _ value: JSONValue?) {
        if let value { self[key] = value }
    }
}
