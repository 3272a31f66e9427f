/// Parses payloads and checks them against a model's input schema, the same for every kind of model.
public struct InputReader: Sendable {
    /// Nil where the inputs are checked already.
    private let validator: SchemaValidator?

    /// - Parameter isChecked: whether whoever gives the payloads has checked them.
    /// - Throws: `JSONSchemaError` for a schema that can't be used.
    public init(schema: JSONSchema, isChecked: Bool = false) throws(JSONSchemaError) {
        let validator = try SchemaValidator(schema)
        self.validator = isChecked ? nil : validator
    }

    /// Lends `body` the payload's value if it is JSON that meets the schema.
    ///
    /// - Throws: `PredictionError` with every violation, or what `body` throws.
    @inlinable
    public func read<Result>(
        _ payload: UnsafeRawBufferPointer, with document: JSONDocument, _ body: (JSONNode) throws -> Result
    ) throws -> Result {
        do {
            return try document.withParsed(payload) { node in
                try check(node)
                return try body(node)
            }
        } catch let error as JSONError {
            throw PredictionError(.malformedPayload, "the payload is not JSON: \(error)", cause: error)
        }
    }

    @usableFromInline
    func check(_ node: JSONNode) throws {
        guard let validator, !validator.isValid(node) else { return }
        let violations = validator.violations(in: node)
        let count = violations.count == 1 ? "1 place" : "\(violations.count) places"
        throw PredictionError(
            .invalidInput, "the input does not meet the model's input schema in \(count)", violations: violations)
    }
}
