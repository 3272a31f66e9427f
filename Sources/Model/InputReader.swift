/// Parses payloads and checks them against a model's input schema, the same for every kind of model.
public struct InputReader: Sendable {
    private let validator: SchemaValidator

    /// - Throws: `JSONSchemaError` for a schema that can't be used.
    public init(schema: JSONSchema) throws(JSONSchemaError) {
        validator = try SchemaValidator(schema)
    }

    /// Lends `body` the payload's value if it is JSON that meets the schema.
    ///
    /// - Throws: `PredictionError` with every violation, or what `body` throws.
    public func read<Result>(
        _ payload: UnsafeRawBufferPointer, with document: JSONDocument, _ body: (JSONNode) throws -> Result
    ) throws -> Result {
        do {
            return try document.withParsed(payload) { node in
                guard validator.isValid(node) else { throw refusal(of: node) }
                return try body(node)
            }
        } catch let error as JSONError {
            throw PredictionError(.malformedPayload, "the payload is not JSON: \(error)", cause: error)
        }
    }

    private func refusal(of node: JSONNode) -> PredictionError {
        let violations = validator.violations(in: node)
        let count = violations.count == 1 ? "1 place" : "\(violations.count) places"
        return PredictionError(
            .invalidInput, "the input does not meet the model's input schema in \(count)", violations: violations)
    }
}
