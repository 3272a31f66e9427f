import SibylModel

/// Doubles a number; fails on 13 and gives what JSON can't hold for 1e308.
struct Doubler: MLModel {
    struct Input: Codable, Sendable, Equatable {
        var number: Double
        var note: String?
        enum CodingKeys: String, CodingKey { case number, note }
    }
    struct Output: Codable, Sendable, Equatable {
        var double: Double
        enum CodingKeys: String, CodingKey { case double }
    }
    struct BadLuck: Error {}

    static let displayName = "Doubler"
    static let qualifiedName = "doubler"
    static let description = "Doubles a number."
    static let version: SemanticVersion = "1.2.3"
    static let inputSchema = JSONSchema.object(keyedBy: Input.CodingKeys.self) {
        Property(.number, .number(), description: "What is doubled")
        Property(.note, .string(), isOptional: true)
    }
    static let outputSchema = JSONSchema.object(keyedBy: Output.CodingKeys.self) { Property(.double, .number()) }

    let factor: Double

    init(configuration: ModelConfiguration) throws {
        try configuration.rejectUnknownSettings(besides: "factor")
        factor = configuration.settings["factor"]?.double ?? 2
    }

    func predict(_ input: Input) throws -> Output {
        if input.number == 13 { throw BadLuck() }
        return Output(double: factor * input.number)
    }
}
