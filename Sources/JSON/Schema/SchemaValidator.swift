/// A schema, compiled: checks values against JSON Schema draft 2020-12. `format` and the content keywords are
/// annotations and assert nothing, as the draft says.
///
/// It is immutable, so any number of threads may use one at once.
public final class SchemaValidator: Sendable {
    private let program: SchemaProgram

    /// Violations beyond this many are not collected: nobody reads them, and a hostile input could make millions.
    public static let maximumViolations = 100

    /// - Parameter resources: other documents that the schema refers to, by their URIs. Nothing is ever fetched.
    /// - Throws: `JSONSchemaError` for a keyword of the wrong form and a reference that leads nowhere.
    public init(_ schema: JSONSchema, resources: [String: JSONValue] = [:]) throws(JSONSchemaError) {
        program = try SchemaCompiler.compile(schema.json, resources: resources)
    }

    /// Whether the value meets the schema; quick, and allocates nothing for most schemas.
    ///
    /// It takes time in the size of the value, but for what the schema says of each value: a `pattern` is searched as
    /// long as the standard library likes, which `maxLength` bounds, and arrays and objects in an `enum` are compared
    /// one by one. A value that takes over a hundred schemas for each value in it, and 10,000 more, counts as invalid.
    public func isValid(_ value: JSONNode) -> Bool {
        var evaluation = SchemaEvaluation(program, of: value, limit: 0)
        return evaluation.run(value)
    }

    /// Every place where the value does not meet the schema, in the order of the value; empty when it does.
    public func violations(in value: JSONNode) -> [SchemaViolation] {
        if isValid(value) { return [] }
        var evaluation = SchemaEvaluation(program, of: value, limit: Self.maximumViolations)
        _ = evaluation.run(value)
        return evaluation.violations
    }
}
