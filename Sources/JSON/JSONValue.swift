/// A JSON value that owns what it holds, for whatever is not on the hot path: schemas, settings, reports.
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// Numbers that are whole and fit, however they were written.
    case integer(Int64)
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// Parses a whole text.
    public init(parsing bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
        do {
            self = try JSONDocument(limits: limits).withParsed(bytes) { JSONValue($0) }
        } catch let error as JSONError {
            throw error
        } catch {
            preconditionFailure("parsing throws JSONError alone")
        }
    }

    public init(parsing text: String, limits: JSONLimits = .standard) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }

    /// A copy of a node.
    public init(_ node: JSONNode) {
        switch node.kind {
        case .null: self = .null
        case .bool: self = .bool(node.bool ?? false)
        case .number: self = JSONValue(node.number)
        case .string: self = .string(node.string ?? "")
        case .array: self = .array(node.elements.map { JSONValue($0) })
        case .object:
            var object = JSONObject()
            for member in node.members { object[member.key.stringText.string] = JSONValue(member.value) }
            self = .object(object)
        }
    }

    /// What rounds to a whole number is one: 1.000000000000000005 is 1, as it would be read back.
    private init(_ number: JSONNumberText?) {
        let double = number?.double ?? 0
        self = (number?.int64 ?? Int64(exactly: double)).map { .integer($0) } ?? .double(double)
    }

    // MARK: - Access

    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var string: String? { if case .string(let value) = self { value } else { nil } }
    public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
    public var int64: Int64? { if case .integer(let value) = self { value } else { nil } }

    public var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    /// The member of that name; nil where there is none, and for what is no object.
    public subscript(key: String) -> JSONValue? { object?[key] }

    // MARK: - Text

    /// Appends the value.
    ///
    /// - Throws: `notRepresentable` for a double that is not finite.
    public func write(to writer: inout JSONWriter) throws(JSONError) {
        switch self {
        case .null: writer.null()
        case .bool(let value): writer.bool(value)
        case .integer(let value): writer.integer(value)
        case .double(let value): try writer.double(value)
        case .string(let value): writer.string(value)
        case .array(let elements):
            writer.beginArray()
            for element in elements { try element.write(to: &writer) }
            writer.endArray()
        case .object(let object):
            writer.beginObject()
            for member in object {
                writer.key(member.key)
                try member.value.write(to: &writer)
            }
            writer.endObject()
        }
    }

    /// The compact text.
    public func bytes() throws(JSONError) -> [UInt8] {
        var writer = JSONWriter()
        try write(to: &writer)
        return writer.bytes
    }
}

/// An object that keeps its members in the order in which they came.
public struct JSONObject: Sendable {
    public private(set) var keys: [String] = []
    private var values: [String: JSONValue] = [:]

    public init() {}

    public var count: Int { keys.count }
    public var isEmpty: Bool { keys.isEmpty }

    public subscript(key: String) -> JSONValue? {
        get { values[key] }
        set {
            if values[key] == nil, newValue != nil {
                keys.append(key)
            } else if newValue == nil, values[key] != nil {
                keys.removeAll { $0 == key }
            }
            values[key] = newValue
        }
    }
}

extension JSONObject: Sequence {
    public typealias Element = (key: String, value: JSONValue)

    public func makeIterator() -> AnyIterator<Element> {
        var rest = keys.makeIterator()
        return AnyIterator { rest.next().map { ($0, values[$0] ?? .null) } }
    }
}

/// Members have no order where objects are compared.
extension JSONObject: Hashable {
    public static func == (left: JSONObject, right: JSONObject) -> Bool { left.values == right.values }
    public func hash(into hasher: inout Hasher) { hasher.combine(values) }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (key, value) in elements { self[key] = value }
    }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(nilLiteral: ()) { self = .null }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        var object = JSONObject()
        for (key, value) in elements { object[key] = value }
        self = .object(object)
    }
}

extension JSONValue: CustomStringConvertible {
    public var description: String { text(indentation: nil) }

    /// The text over several lines, for people.
    public var prettyText: String { text(indentation: "") }

    private func text(indentation: String?) -> String {
        switch self {
        case .array(let elements) where !elements.isEmpty:
            Self.bracketed("[", elements.map { $0.text(indentation: indentation.map { $0 + "  " }) }, "]", indentation)
        case .object(let object) where !object.isEmpty:
            Self.bracketed(
                "{",
                object.map { member in
                    let value = member.value.text(indentation: indentation.map { $0 + "  " })
                    return "\(JSONValue.string(member.key).scalarText):\(indentation == nil ? "" : " ")\(value)"
                }, "}", indentation)
        default: scalarText
        }
    }

    private static func bracketed(_ open: String, _ parts: [String], _ close: String, _ indentation: String?) -> String
    {
        guard let indentation else { return open + parts.joined(separator: ",") + close }
        let inner = indentation + "  "
        return "\(open)\n\(inner)\(parts.joined(separator: ",\n\(inner)"))\n\(indentation)\(close)"
    }

    /// What is not finite has no JSON; for a person it is told as it is.
    private var scalarText: String {
        guard let bytes = try? bytes() else { return double.map(\.description) ?? "null" }
        return String(decoding: bytes, as: UTF8.self)
    }
}
