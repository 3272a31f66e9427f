internal import SibylModel

/// What a model says of itself.
enum MetadataCheck {
    static func problems(of metadata: ModelMetadata) -> [String] {
        var problems: [String] = []
        do {
            try metadata.check()
            let again = try ModelMetadata(json: JSONValue(parsing: metadata.json.bytes()))
            if again.json != metadata.json { problems.append("metadata: is not the same once it was written as JSON") }
        } catch {
            problems.append("metadata: \(error)")
        }
        if metadata.displayName.isBlank { problems.append("metadata: the display name is empty") }
        if metadata.description.isBlank { problems.append("metadata: the description is empty") }
        problems += self.problems(of: metadata.inputSchema).map { "input schema: " + $0 }
        return problems + self.problems(of: metadata.outputSchema).map { "output schema: " + $0 }
    }

    private static func problems(of schema: JSONSchema) -> [String] {
        do {
            let document = try SchemaDocument(schema, name: "schema:")
            let metaschema = try SchemaValidator(JSONSchema(["$ref": .string(JSONSchema.dialect)]))
            let faults = try JSONDocument().withParsed(try schema.json.bytes()) { metaschema.violations(in: $0) }
            return faults.map(\.description) + annotationProblems(of: document.root, at: "", depth: 0)
        } catch {
            return ["\(error)"]
        }
    }

    /// Defaults and examples that don't meet the schema that they stand in.
    private static func annotationProblems(of part: SchemaPart, at path: String, depth: Int) -> [String] {
        // Deeper than anybody writes by hand; references are not followed, so that it ends anyway.
        guard depth < 32, part.schema.object != nil else { return [] }
        var told = (part["examples"]?.array ?? []).map { ("example", $0) }
        if let value = part["default"] { told.append(("default", value)) }
        var problems: [String] = []
        for (name, value) in told {
            guard let objection = part.document.objection(of: part, to: value) else { continue }
            problems.append("\(path.isEmpty ? "/" : path): its \(name) \(value) does not meet it: \(objection)")
        }
        for (name, member) in part.named("properties") {
            problems += annotationProblems(of: member, at: "\(path)/\(name.text)", depth: depth + 1)
        }
        if let items = part.child("items") {
            problems += annotationProblems(of: items, at: path + "/*", depth: depth + 1)
        }
        return problems
    }
}

extension String {
    fileprivate var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
