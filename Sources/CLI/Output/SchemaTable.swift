internal import SibylJSON

/// A JSON Schema as a table of its fields. What a schema says beyond that is left to `--json`.
enum SchemaTable {
    /// Deeper fields than this make no table that anybody reads.
    private static let deepest = 8

    static func text(_ schema: JSONValue, width: Int?) -> String {
        var table = Table([.init("FIELD"), .init("TYPE"), .init("REQUIRED"), .init("MEANING")])
        if schema["properties"] == nil {
            table.add(["(the value)", type(of: schema), "yes", meaning(of: schema)])
        }
        add(fieldsOf: schema, prefix: "", depth: 0, to: &table)
        return table.rendered(width: width)
    }

    private static func add(fieldsOf schema: JSONValue, prefix: String, depth: Int, to table: inout Table) {
        if depth >= deepest { return }
        let required = schema["required"]?.array?.compactMap(\.string) ?? []
        for (key, field) in schema["properties"]?.object ?? [:] {
            let name = prefix.isEmpty ? key : prefix + "." + key
            table.add([name, type(of: field), required.contains(key) ? "yes" : "no", meaning(of: field)])
            add(fieldsOf: field, prefix: name, depth: depth + 1, to: &table)
        }
        if let items = schema["items"] { add(fieldsOf: items, prefix: prefix + "[]", depth: depth + 1, to: &table) }
    }

    private static func type(of schema: JSONValue) -> String {
        let name: String
        switch schema["type"] {
        case .array(let names)?: name = names.map(\.line).joined(separator: " or ")
        case let type?: name = type.line
        case nil: name = schema["enum"] == nil ? "any" : "one of"
        }
        guard name == "array", let items = schema["items"] else { return name }
        return "array of " + type(of: items)
    }

    private static func meaning(of schema: JSONValue) -> String {
        let description = schema["description"]?.string
        let choices = schema["enum"].map { "one of " + $0.line }
        let unit = schema["x-unit"]?.string.map { "in \($0)" }
        let bounds = rules.compactMap { rule -> String? in
            guard let value = schema[rule.keyword], !isLimitOfAnInteger(rule.keyword, value) else { return nil }
            return "\(rule.words) \(value.line)"
        }
        return ([description, unit, choices].compactMap { $0 } + bounds).joined(separator: "; ")
    }

    /// A bound that is the smallest or largest integer of 64 bits says nothing of the field, and is long.
    private static func isLimitOfAnInteger(_ keyword: String, _ value: JSONValue) -> Bool {
        switch keyword {
        case "minimum": value == .integer(.min)
        case "maximum": value == .integer(.max) || value == .double(Double(UInt64.max))
        default: false
        }
    }

    private static let rules: [(keyword: String, words: String)] = [
        ("const", "always"), ("exclusiveMinimum", "above"), ("minimum", "at least"), ("exclusiveMaximum", "below"),
        ("maximum", "at most"), ("multipleOf", "a multiple of"), ("minLength", "length at least"),
        ("maxLength", "length at most"), ("pattern", "matches"), ("minItems", "items at least"),
        ("maxItems", "items at most"), ("default", "default"),
    ]
}
