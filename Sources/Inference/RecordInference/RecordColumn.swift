internal import SibylJSON
internal import SibylModel

/// A field of a model's records as a tensor: its values in all records, one behind the other.
///
/// A class, since each value of each record asks for its column: a struct would be copied with all that it holds.
final class RecordColumn: Sendable {
    enum Kind: Sendable, Hashable {
        case number, integer, boolean, string
        /// Anything else, as its JSON text.
        case json

        /// What the model says it takes and gives.
        var type: DataType {
            switch self {
            case .number: .float64
            case .integer: .int64
            case .boolean: .bool
            case .string, .json: .string
            }
        }

        /// Whether values of the type can be read as such: a number may be any that is wide enough or narrower.
        func takes(_ type: DataType) -> Bool {
            switch self {
            case .number: type != .bool && type != .string
            case .integer: type.isInteger
            case .boolean: type == .bool
            case .string, .json: type == .string
            }
        }
    }

    let name: String
    let kind: Kind
    /// Whether a record may be without it.
    let isOptional: Bool
    let isNullable: Bool
    /// `"name":`, for rows that are written.
    let key: [UInt8]
    /// The name's UTF-8, for rows that are read.
    let utf8: [UInt8]

    init(_ name: String, of schema: JSONValue, in document: JSONValue, isOptional: Bool) {
        let values = SchemaValues(schema, in: document)
        self.name = name
        utf8 = Array(name.utf8)
        kind = values.kind
        isNullable = values.areNullable
        self.isOptional = isOptional
        var writer = JSONWriter()
        writer.key(name)
        key = writer.bytes
    }

    var spec: TensorSpec { TensorSpec(name, kind.type, shape: [-1]) }
}

/// A model's inputs or outputs as columns.
struct RecordSchema: Sendable {
    let columns: [RecordColumn]
    /// Of the columns, by their names.
    let places: [String: Int]
    /// Whether the columns are the members of a record; else the one column holds the values themselves.
    let isRecord: Bool

    /// - Parameter name: of the only column, where the schema is not that of an object with properties.
    init(_ schema: JSONSchema, name: String) {
        let document = schema.json
        let root = SchemaValues.resolve(document, in: document)
        if let properties = root["properties"]?.object, !properties.isEmpty, Self.isObject(root) {
            let required = Set(root["required"]?.array?.compactMap(\.string) ?? [])
            columns = properties.map { name, schema in
                RecordColumn(name, of: schema, in: document, isOptional: !required.contains(name))
            }
            isRecord = true
        } else {
            columns = [RecordColumn(name, of: document, in: document, isOptional: false)]
            isRecord = false
        }
        places = Dictionary(uniqueKeysWithValues: zip(columns.map(\.name), columns.indices))
    }

    private static func isObject(_ schema: JSONValue) -> Bool {
        schema["type"] == nil || schema["type"]?.string == "object"
    }
}

/// What a schema says of the values that meet it, as far as it says so plainly.
private struct SchemaValues {
    /// References are followed so far: longer chains are circles.
    private static let mostReferences = 16

    private(set) var kinds: Set<RecordColumn.Kind> = []
    private(set) var areNullable = false

    init(_ schema: JSONValue, in document: JSONValue) {
        collect(schema, in: document, depth: 0)
    }

    /// The one kind of all values. Whole numbers are numbers too.
    var kind: RecordColumn.Kind {
        if kinds == [.number, .integer] { return .number }
        return kinds.count == 1 ? kinds.first ?? .json : .json
    }

    private mutating func collect(_ schema: JSONValue, in document: JSONValue, depth: Int) {
        let schema = Self.resolve(schema, in: document)
        if let type = schema["type"] {
            for name in type.array ?? [type] { add(type: name.string ?? "") }
        } else if let values = schema["enum"]?.array ?? schema["const"].map({ [$0] }) {
            for value in values { add(value) }
        } else if let choices = schema["anyOf"]?.array ?? schema["oneOf"]?.array, depth < Self.mostReferences {
            for choice in choices { collect(choice, in: document, depth: depth + 1) }
        } else if let parts = schema["allOf"]?.array, parts.count == 1, depth < Self.mostReferences {
            collect(parts[0], in: document, depth: depth + 1)
        } else {
            kinds.insert(.json)
            areNullable = true
        }
    }

    private mutating func add(type: String) {
        switch type {
        case "null": areNullable = true
        case "number": kinds.insert(.number)
        case "integer": kinds.insert(.integer)
        case "boolean": kinds.insert(.boolean)
        case "string": kinds.insert(.string)
        default: kinds.insert(.json)
        }
    }

    private mutating func add(_ value: JSONValue) {
        switch value {
        case .null: areNullable = true
        case .bool: kinds.insert(.boolean)
        case .integer: kinds.insert(.integer)
        case .double: kinds.insert(.number)
        case .string: kinds.insert(.string)
        case .array, .object: kinds.insert(.json)
        }
    }

    /// The schema that a schema refers to inside its document by a JSON pointer, as builders write it.
    static func resolve(_ schema: JSONValue, in document: JSONValue) -> JSONValue {
        var schema = schema
        for _ in 0..<mostReferences {
            guard let reference = schema["$ref"]?.string, reference.hasPrefix("#") else { return schema }
            var target: JSONValue? = document
            for token in reference.dropFirst().split(separator: "/") {
                target = target?[String(token.replacing("~1", with: "/").replacing("~0", with: "~"))]
            }
            guard let target else { return schema }
            schema = target
        }
        return true
    }
}
