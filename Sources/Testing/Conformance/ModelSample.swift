public import SibylModel

/// An input of a model, and what the model must give for it.
public struct ModelSample: Sendable, Hashable {
    public var input: JSONValue
    /// Nil where any output that meets the schema will do. Members that it does not name are not looked at.
    public var output: JSONValue?
    /// How far a number may be from the expected one: by so much for numbers of a magnitude up to 1, in proportion to
    /// larger ones.
    public var tolerance: Double

    public init(_ input: JSONValue, _ output: JSONValue? = nil, tolerance: Double = 0.00001) {
        self.input = input
        self.output = output
        self.tolerance = tolerance
    }
}
