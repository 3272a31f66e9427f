/// A JSON Schema, draft 2020-12, as a document: written with the builder of `JSONSchema.object` and its like, or taken
/// from JSON. A `SchemaValidator` is its compiled form.
public struct JSONSchema: Sendable, Hashable, ExpressibleByBooleanLiteral {
    /// The dialect that schemas are read in, as `$schema` names it.
    public static let dialect = "https://json-schema.org/draft/2020-12/schema"

    /// The schema as it was written: an object, or `true` or `false`.
    public let json: JSONValue

    public init(_ json: JSONValue) {
        self.json = json
    }

    /// `true` takes every value, `false` none.
    public init(booleanLiteral value: Bool) {
        json = .bool(value)
    }

    /// The schema as a document of its own: the object with `$schema` as its first member.
    public var document: JSONValue {
        var document = JSONObject()
        switch json {
        case .object(let members):
            document["$schema"] = members["$schema"] ?? .string(Self.dialect)
            for (key, value) in members where key != "$schema" { document[key] = value }
        case .bool(false):
            document["$schema"] = .string(Self.dialect)
            document["not"] = [:]
        default: document["$schema"] = .string(Self.dialect)
        }
        return .object(document)
    }
}

/// One place where a value does not meet its schema.
public struct SchemaViolation: Sendable, Hashable, CustomStringConvertible {
    /// Where in the value, as a JSON pointer (RFC 6901); the empty string is the value itself.
    public var path: String
    /// The keyword that is not met, such as `required` or `exclusiveMinimum`.
    public var rule: String
    /// What the rule asks for and what the value is.
    public var message: String

    public init(path: String, rule: String, message: String) {
        self.path = path
        self.rule = rule
        self.message = message
    }

    public var description: String { "\(path.isEmpty ? "/" : path): \(message)" }
}

/// Why a schema can't be used.
public struct JSONSchemaError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: Sendable, Hashable {
        /// A keyword's value is not of the keyword's form.
        case malformed
        /// A reference leads nowhere.
        case unresolvedReference
    }

    public let code: Code
    /// Where in the schema, as a JSON pointer.
    public let location: String
    public let message: String

    public init(_ code: Code, at location: String, _ message: String) {
        self.code = code
        self.location = location
        self.message = message
    }

    public var description: String { "the schema at \(location.isEmpty ? "its root" : location): \(message)" }
}
