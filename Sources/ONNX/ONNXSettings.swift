public import SibylJSON
public import SibylModel

/// How a model is run, from `settings` of its `model.yaml`.
public struct ONNXSettings: Sendable, Equatable {
    public enum GraphOptimization: String, Sendable, CaseIterable {
        case none, basic, extended, all
    }

    public enum ExecutionMode: String, Sendable, CaseIterable {
        case sequential, parallel
    }

    /// Threads that one operator is spread over. One computes on the caller's own: workers are processes, and a machine's
    /// cores are shared out by their number.
    public var threads = 1
    /// Operators that run side by side, when the mode is `parallel`.
    public var interOpThreads = 1
    public var graphOptimization = GraphOptimization.all
    public var executionMode = ExecutionMode.sequential

    public init() {}

    /// - Throws: `ModelLoadError` for a setting that does not exist, or a value that can't be.
    public init(_ settings: JSONValue) throws(ModelLoadError) {
        guard settings != .null else { return }
        guard let object = settings.object else { throw ModelLoadError("the settings must be names and values") }
        for (name, value) in object {
            switch name {
            case "threads": threads = try Self.count(name, value)
            case "inter_op_threads": interOpThreads = try Self.count(name, value)
            case "graph_optimization": graphOptimization = try Self.choice(name, value)
            case "execution_mode": executionMode = try Self.choice(name, value)
            default:
                throw ModelLoadError(
                    "an ONNX model has no setting \(name); it has threads, inter_op_threads, graph_optimization and "
                        + "execution_mode")
            }
        }
    }

    /// More threads than any machine has cores would only take memory.
    private static let counts: ClosedRange<Int64> = 1...1024

    private static func count(_ name: String, _ value: JSONValue) throws(ModelLoadError) -> Int {
        guard let count = value.int64, counts.contains(count) else {
            throw ModelLoadError(
                "the setting \(name) is \(value), but must be a whole number from \(counts.lowerBound) to "
                    + "\(counts.upperBound)")
        }
        return Int(count)
    }

    private static func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String, _ value: JSONValue)
        throws(ModelLoadError) -> Choice
    {
        if let choice = value.string.flatMap(Choice.init(rawValue:)) { return choice }
        let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        throw ModelLoadError("the setting \(name) is \(value), but must be one of \(choices)")
    }
}
