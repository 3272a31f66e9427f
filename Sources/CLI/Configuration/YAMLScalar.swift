internal import SibylJSON
internal import Yams

/// YAML as JSON, by the core schema of YAML 1.2: `yes` and `on` are text there, as most people mean them.
enum YAMLScalar {
    static func isNull(_ node: Node) -> Bool {
        guard let scalar = node.scalar else { return false }
        return scalar.style == .plain && value(of: scalar.string) == .null
    }

    static func json(_ node: Node) -> String {
        var writer = JSONWriter()
        write(node, into: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static func write(_ node: Node, into writer: inout JSONWriter) {
        switch node {
        case .scalar(let scalar): write(scalar, into: &writer)
        case .sequence(let items):
            writer.beginArray()
            for item in items { write(item, into: &writer) }
            writer.endArray()
        case .mapping(let members):
            writer.beginObject()
            for (key, value) in members {
                writer.key(key.scalar?.string ?? "")
                write(value, into: &writer)
            }
            writer.endObject()
        // The parser has put in an alias's place what it stands for.
        case .alias: writer.null()
        }
    }

    private static func write(_ scalar: Node.Scalar, into writer: inout JSONWriter) {
        guard scalar.style == .plain else { return writer.string(scalar.string) }
        switch value(of: scalar.string) {
        case .null: writer.null()
        case .bool(let value): writer.bool(value)
        case .integer(let value): writer.integer(value)
        case .double(let value):
            // It is finite, which is all that the writer asks for.
            try? writer.double(value)
        case .text: writer.string(scalar.string)
        }
    }

    private enum Value: Equatable {
        case null, text
        case bool(Bool)
        case integer(Int64)
        case double(Double)
    }

    private static func value(of text: String) -> Value {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: return number(text) ?? .text
        }
    }

    private static func number(_ text: String) -> Value? {
        if let integer = Int64(text) { return .integer(integer) }
        if text.hasPrefix("0x"), let integer = Int64(text.dropFirst(2), radix: 16) { return .integer(integer) }
        if text.hasPrefix("0o"), let integer = Int64(text.dropFirst(2), radix: 8) { return .integer(integer) }
        // Double also reads "inf", "nan" and hexadecimal fractions, which are text here.
        let isDecimal = text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
        guard isDecimal, let double = Double(text), double.isFinite else { return nil }
        return .double(double)
    }
}
