@_exported public import SibylJSON

/// A model that can be served. Whatever implements it can be hosted, found, described and called; the server knows
/// nothing else of it.
///
///     struct Doubler: MLModel {
///         struct Input: Codable, Sendable { var number: Double }
///         struct Output: Codable, Sendable { var double: Double }
///         static let displayName = "Doubler"
///         static let qualifiedName = "doubler"
///         static let description = "Doubles a number."
///         static let version: SemanticVersion = "1.0.0"
///         static let inputSchema = JSONSchema.object(keyedBy: Input.CodingKeys.self) { Property(.number, .number()) }
///         static let outputSchema = JSONSchema.object(keyedBy: Output.CodingKeys.self) { Property(.double, .number()) }
///         init(configuration: ModelConfiguration) throws {}
///         func predict(_ input: Input) -> Output { Output(double: 2 * input.number) }
///     }
///
/// `ModelConformance` of `SibylTesting` tries whether a model keeps its promises: that its schemas and types agree, that
/// a batch has the outputs that its inputs have alone, that bad inputs get the right errors, and more.
public protocol MLModel: Sendable {
    associatedtype Input: Decodable
    associatedtype Output: Encodable

    /// For people, such as `Iris species`.
    static var displayName: String { get }
    /// For programs: letters, digits, `.`, `_` and `-`, so that it can stand in a URL.
    static var qualifiedName: String { get }
    static var description: String { get }
    static var version: SemanticVersion { get }
    static var inputSchema: JSONSchema { get }
    static var outputSchema: JSONSchema { get }

    /// Loads the model's parameters.
    ///
    /// - Throws: what says why it can't be served, best a `ModelLoadError`; the worker does not start then.
    init(configuration: ModelConfiguration) throws

    /// Predicts one input, which meets the input schema. It may be called from several threads at once.
    ///
    /// - Throws: a `PredictionError`, or any error that says what failed.
    func predict(_ input: Input) throws -> Output

    /// Predicts several inputs, each on its own: one result an input, in the same order. The default calls `predict` for
    /// each; a model that is faster on many at once replaces it.
    func predict(batch inputs: [Input]) -> [Result<Output, any Error>]

    /// Reads an input that meets the schema. The default is the type's own `Decodable`; a model that wants more speed
    /// takes the fields from the node.
    static func decode(_ node: JSONNode) throws -> Input

    /// Writes an output, which must be one JSON value. The default is the type's own `Encodable`.
    static func encode(_ output: Output, into writer: inout JSONWriter) throws
}

extension MLModel {
    @inlinable
    public func predict(batch inputs: [Input]) -> [Result<Output, any Error>] {
        inputs.map { input in Result { try predict(input) } }
    }

    public static func decode(_ node: JSONNode) throws -> Input {
        try JSONCoding.decode(Input.self, from: node)
    }

    public static func encode(_ output: Output, into writer: inout JSONWriter) throws {
        try JSONCoding.encode(output, into: &writer)
    }

    /// What the type says of its models.
    public static var metadata: ModelMetadata {
        ModelMetadata(
            displayName: displayName, qualifiedName: qualifiedName, description: description, version: version,
            inputSchema: inputSchema, outputSchema: outputSchema)
    }
}
