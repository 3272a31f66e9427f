/// Why a model can't be served.
public struct ModelLoadError: Error, Sendable, CustomStringConvertible {
    /// What is wrong and what to do about it.
    public var message: String
    public var cause: (any Error)?

    public init(_ message: String, cause: (any Error)? = nil) {
        self.message = message
        self.cause = cause
    }

    public var description: String { cause.map { "\(message): \($0)" } ?? message }
}

/// Why one input has no output. A model's `predict` may throw it; any other error counts as `failed`.
public struct PredictionError: Error, Sendable, CustomStringConvertible {
    public enum Code: Sendable, Hashable {
        /// The payload is not JSON.
        case malformedPayload
        /// The input does not meet the schema, or what the model asks beyond it.
        case invalidInput
        /// The model could not predict.
        case failed
    }

    public var code: Code
    public var message: String
    /// Every place that is off; only for `invalidInput`.
    public var violations: [SchemaViolation]
    public var cause: (any Error)?

    public init(
        _ code: Code, _ message: String, violations: [SchemaViolation] = [], cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.violations = violations
        self.cause = cause
    }

    public var description: String { message }
}
