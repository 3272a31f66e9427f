package import SibylJSON
package import Yams

/// YAML as JSON, by the core schema of YAML 1.2: `yes` and `on` are text there, as most people mean them.
package enum YAMLScalar {
    package static func isNull(_ node: Node) -> Bool {
        node.scalar.map(json) == .null
    }

    package static func json(_ node: Node) -> JSONValue {
        switch node {
        case .scalar(let scalar): return json(scalar)
        case .sequence(let items): return .array(items.map(json))
        case .mapping(let members):
            var object = JSONObject()
            for (key, value) in members { object[key.scalar?.string ?? ""] = json(value) }
            return .object(object)
        // The parser has put in an alias's place what it stands for.
        case .alias: return .null
        }
    }

    private static func json(_ scalar: Node.Scalar) -> JSONValue {
        guard scalar.style == .plain else { return .string(scalar.string) }
        switch scalar.string {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        case let text: return number(text) ?? .string(text)
        }
    }

    private static func number(_ text: String) -> JSONValue? {
        if let integer = Int64(text) { return .integer(integer) }
        if text.hasPrefix("0x"), let integer = Int64(text.dropFirst(2), radix: 16) { return .integer(integer) }
        if text.hasPrefix("0o"), let integer = Int64(text.dropFirst(2), radix: 8) { return .integer(integer) }
        // Double also reads "inf", "nan" and hexadecimal fractions, which are text here.
        let isDecimal = text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
        guard isDecimal, let double = Double(text), double.isFinite else { return nil }
        return .double(double)
    }
}
