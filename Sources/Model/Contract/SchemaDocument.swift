internal import SibylJSON

/// A schema that is compared with another: finds what it refers to, and checks values against any part of it.
package final class SchemaDocument {
    /// A URI under which its parts can be referred to; different for two that are compared.
    let name: String
    private let json: JSONValue
    private let registry: SchemaRegistry
    private let place: SchemaPlace
    private let parser = JSONDocument()
    private var validators: [String: SchemaValidator] = [:]
    private var patterns: [ExactName: SchemaPattern] = [:]

    /// - Throws: `JSONSchemaError` for a schema that can't be used, or that a dialect of its own gives another meaning.
    package init(_ schema: JSONSchema, name: String) throws(JSONSchemaError) {
        _ = try SchemaValidator(schema)
        var registry = SchemaRegistry.standard
        let place = registry.add(schema.json, uri: name)
        if let dialect = schema.json["$schema"]?.string, dialect != JSONSchema.dialect,
            registry.root(of: dialect) != nil
        {
            throw JSONSchemaError(.malformed, at: "/$schema", "its dialect is one of its own")
        }
        (self.name, json, self.registry, self.place) = (name, schema.json, registry, place)
    }

    package var root: SchemaPart { SchemaPart(document: self, place: place) }

    func resolve(_ reference: String, in place: SchemaPlace) -> SchemaPart? {
        registry.resolve(reference, in: place).map { SchemaPart(document: self, place: $0.place) }
    }

    func matches(_ pattern: ExactName, _ name: ExactName) -> Bool {
        if patterns[pattern] == nil { patterns[pattern] = try? SchemaPattern(pattern.text) }
        return patterns[pattern]?.matches(name.text) ?? false
    }

    /// Why a value does not meet a part; nil if it does, or has no JSON, so that nobody can send it.
    package func objection(of part: SchemaPart, to value: JSONValue) -> SchemaViolation? {
        guard let bytes = try? value.bytes() else { return nil }
        let unknown = SchemaViolation(path: "", rule: "$ref", message: "can't be checked")
        guard let validator = validator(of: part) else { return unknown }
        return (try? parser.withParsed(bytes) { node in validator.violations(in: node).first }) ?? nil
    }

    private func validator(of part: SchemaPart) -> SchemaValidator? {
        if let validator = validators[part.place.name] { return validator }
        let validator = part.schema.hasReferences ? referring(to: part) : try? SchemaValidator(JSONSchema(part.schema))
        validators[part.place.name] = validator
        return validator
    }

    private func referring(to part: SchemaPart) -> SchemaValidator? {
        // A fragment is percent-encoded, and a pointer isn't.
        let reference = part.place.name.replacing("%", with: "%25")
        return try? SchemaValidator(JSONSchema(["$ref": .string(reference)]), resources: [name: json])
    }
}
