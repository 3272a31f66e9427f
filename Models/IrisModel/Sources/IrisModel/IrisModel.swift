public import SibylModel

/// Tells the species of an iris from four lengths: scikit-learn's `SVC(gamma=0.001, C=100)`, served with libsvm.
///
/// Settings: `parameters`, the path of another libsvm model file than the one that is built in.
public struct IrisModel: MLModel {
    public struct Input: Codable, Sendable, Hashable {
        /// All in centimetres.
        public var sepalLength: Double
        public var sepalWidth: Double
        public var petalLength: Double
        public var petalWidth: Double

        public init(sepalLength: Double, sepalWidth: Double, petalLength: Double, petalWidth: Double) {
            self.sepalLength = sepalLength
            self.sepalWidth = sepalWidth
            self.petalLength = petalLength
            self.petalWidth = petalWidth
        }

        public enum CodingKeys: String, CodingKey {
            case sepalLength = "sepal_length"
            case sepalWidth = "sepal_width"
            case petalLength = "petal_length"
            case petalWidth = "petal_width"
        }
    }

    public enum Species: String, Codable, Sendable, CaseIterable {
        case setosa, versicolor, virginica
    }

    public struct Output: Codable, Sendable, Hashable {
        public var species: Species

        public enum CodingKeys: String, CodingKey { case species }
    }

    public static let displayName = "Iris species"
    public static let qualifiedName = "iris_model"
    public static let description = "Tells the species of an iris from the lengths and widths of its sepals and petals."
    public static let version: SemanticVersion = "0.1.0"

    public static let inputSchema = JSONSchema.object(keyedBy: Input.CodingKeys.self) {
        Property(.sepalLength, length, description: "Length of the sepal in centimetres")
        Property(.sepalWidth, length, description: "Width of the sepal in centimetres")
        Property(.petalLength, length, description: "Length of the petal in centimetres")
        Property(.petalWidth, length, description: "Width of the petal in centimetres")
    }
    private static let length = JSONSchema.number(exclusiveMinimum: 0, maximum: 30)

    public static let outputSchema = JSONSchema.object(keyedBy: Output.CodingKeys.self) {
        Property(.species, .enumeration(Species.self), description: "The species that the lengths point to")
    }

    private let machine: SupportVectorMachine

    public init(configuration: ModelConfiguration) throws {
        try configuration.rejectUnknownSettings(besides: "parameters")
        let path = try configuration.path("parameters")
        let builtIn = "the package's own file"
        machine = try SupportVectorMachine(
            path.map { try ModelFile(path: $0) } ?? ModelFile(PackageResources.iris_svm, name: builtIn))
        let labels = machine.labels.sorted()
        guard labels == Array(Species.allCases.indices.map(Int32.init)) else {
            throw ModelLoadError(
                "the parameters of \(path ?? builtIn) tell the classes \(labels) apart, not the three species "
                    + "0, 1, 2; write them with train/train.py")
        }
    }

    public func predict(_ input: Input) throws -> Output {
        let features = [input.sepalLength, input.sepalWidth, input.petalLength, input.petalWidth]
        return Output(species: Species.allCases[Int(machine.predict(features))])
    }

    // MARK: - Straight from and to JSON, without Codable: four times as fast

    public static func decode(_ node: JSONNode) throws -> Input {
        guard let sepalLength = node["sepal_length"]?.double, let sepalWidth = node["sepal_width"]?.double,
            let petalLength = node["petal_length"]?.double, let petalWidth = node["petal_width"]?.double
        else { throw PredictionError(.invalidInput, "the four lengths are numbers") }
        return Input(
            sepalLength: sepalLength, sepalWidth: sepalWidth, petalLength: petalLength, petalWidth: petalWidth)
    }

    public static func encode(_ output: Output, into writer: inout JSONWriter) throws {
        writer.beginObject()
        writer.key("species")
        writer.string(output.species.rawValue)
        writer.endObject()
    }
}
