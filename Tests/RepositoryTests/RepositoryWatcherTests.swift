import Glibc
import SibylInference
import SibylJSON
import SibylModel
import SibylONNX
import Testing

@testable import SibylRepository

/// Real models in real folders, which change while they are watched.
@Suite struct RepositoryWatcherTests {
    private let folder: TemporaryFolder
    private let iris = Fixtures.onnx("iris-svc")
    /// Gives a label that is text, where the other gives a number, and the probabilities of another net.
    private let otherIris = Fixtures.onnx("iris-mlp")
    /// What both give.
    private let common = "defaults: {outputs: [probabilities]}"

    init() throws {
        folder = try TemporaryFolder()
    }

    // MARK: - What is there, comes and goes

    @Test func whatIsThereAtTheStartIsInTheFirstSet() throws {
        try folder.copy(iris, to: "iris/1.0.0/model.onnx")
        try folder.copy(otherIris, to: "iris/7/model.onnx")
        try folder.copy(Fixtures.onnx("digits-convolution"), to: "digits/net.onnx")
        let harness = try WatcherHarness(folder)
        try harness.served("digits 1.0.0", "iris 1.0.0", "iris 7.0.0")
        #expect(harness.sets.count == 1)
    }

    @Test func aVersionThatIsCopiedInIsServedAndOneThatIsRemovedIsNot() throws {
        try folder.copy(iris, to: "iris/1.0.0/model.onnx")
        try folder.write("iris/model.yaml", common)
        let harness = try WatcherHarness(folder)
        try harness.served("iris 1.0.0")
        try folder.copy(otherIris, to: "iris/1.1.0/model.onnx")
        try harness.served("iris 1.0.0", "iris 1.1.0")
        folder.remove("iris/1.0.0")
        try harness.served("iris 1.1.0")
        folder.remove("iris")
        try harness.served()
    }

    @Test func aModelThatIsReplacedIsServedByTheNewOne() throws {
        try folder.copy(iris, to: "iris/1.0.0/model.onnx")
        try folder.write("iris/model.yaml", common)
        let harness = try WatcherHarness(folder)
        let former = try harness.served("iris 1.0.0").entries[0]
        try folder.copy(otherIris, to: "iris/1.0.0/model.onnx")
        let set = try harness.set { $0.versions == ["iris 1.0.0"] && $0.entries[0].generation > former.generation }
        // The old one stays usable for whoever computes with it.
        let row = #"{"X":[5.1,3.5,1.4,0.2]}"#
        #expect(try former.model.output(for: row) != set.entries[0].model.output(for: row))
        #expect(harness.sets.allSatisfy { $0.versions == ["iris 1.0.0"] })
    }

    @Test func aCopyUnderWayIsNotLoadedBeforeItsEnd() throws {
        let bytes = try TemporaryFolder.read(Fixtures.onnx("cancer-boosting"))
        let harness = try WatcherHarness(folder, settle: .seconds(3))
        try harness.served()
        folder.makeFolder("cancer/1.0.0")
        for end in 1...20 {
            try folder.overwrite("cancer/1.0.0/model.onnx", bytes.prefix(bytes.count * end / 20))
            usleep(100_000)
        }
        try harness.served("cancer 1.0.0")
        #expect(harness.sets.allSatisfy { set in set.absences.allSatisfy { $0.state != .failed } })
    }

    @Test func aFolderThatIsRenamedIntoItsPlaceIsServed() throws {
        let harness = try WatcherHarness(folder)
        try harness.served()
        try folder.copy(iris, to: "iris/1.0.0.partial/model.onnx")
        try folder.write("iris/1.0.0.partial/model.yaml", "display_name: Iris")
        try folder.copy(iris, to: "iris/.2.0.0/model.onnx")
        try folder.rename("iris/1.0.0.partial", to: "iris/1.0.0")
        let set = try harness.served("iris 1.0.0")
        #expect(set.entries[0].model.metadata.displayName == "Iris")
        try folder.rename("iris/.2.0.0", to: "iris/2.0.0")
        try harness.served("iris 1.0.0", "iris 2.0.0")
    }

    // MARK: - What goes wrong

    @Test func aFileThatIsCutOffFailsAndLeavesTheOldOneAndIsLoadedOnceItIsWhole() throws {
        let bytes = try TemporaryFolder.read(otherIris)
        try folder.copy(iris, to: "iris/1.0.0/model.onnx")
        try folder.write("iris/model.yaml", common)
        let harness = try WatcherHarness(folder)
        let former = try harness.served("iris 1.0.0").entries[0].generation
        try folder.write("iris/1.0.0/model.onnx", bytes.prefix(bytes.count / 2))
        #expect(try harness.failure(of: "iris", "1.0.0").contains("was it copied whole?"))
        #expect(harness.sets.allSatisfy { $0.versions == ["iris 1.0.0"] && $0.entries[0].generation == former })
        try folder.write("iris/1.0.0/model.onnx", bytes)
        let set = try harness.set { $0.absences.isEmpty && $0.entries.first.map { $0.generation > former } == true }
        #expect(set.versions == ["iris 1.0.0"])
    }

    @Test(arguments: [
        ("model.yaml: ", "inputs: [", "model.yaml:2:1: this is not YAML"),
        ("a member", "displayname: Iris", "displayname is unknown here"),
        ("a tensor", "inputs: [{tensor: Y, features: [a]}]", "Y"),
        ("a file", "file: other.onnx", "there is no model"),
        ("a file elsewhere", "file: ../../x/model.onnx", "must lie in the folder of the version"),
        ("a runtime", "runtime: torch", "must be one of onnx, plugin"),
        ("a setting", "settings: {threads: many}", "threads"),
        (
            "an expectation", "samples: [{input: {X: [5.1, 3.5, 1.4, 0.2]}, output: {label: 2}}]",
            "it does not give what its samples say: samples[0]: the output's /label is 0, expected was 2"
        ),
        ("a plug-in", "runtime: plugin\nfile: model.onnx", "is a plug-in, and none can be loaded here"),
    ])
    func whatCantBeLoadedSaysWhyAndHarmsNothingElse(_ what: String, _ yaml: String, _ expected: String) throws {
        try folder.copy(iris, to: "iris/1.0.0/model.onnx")
        try folder.copy(iris, to: "iris/1.1.0/model.onnx")
        try folder.write("iris/1.1.0/model.yaml", yaml)
        let harness = try WatcherHarness(folder)
        let failure = try harness.failure(of: "iris", "1.1.0")
        #expect(failure.contains(expected), "\(what): \(failure)")
        #expect(!failure.contains("\n"))
        #expect(harness.sets.last?.versions == ["iris 1.0.0"])
        folder.remove("iris/1.1.0/model.yaml")
        try harness.served("iris 1.0.0", "iris 1.1.0")
    }

    @Test func aFolderWithoutAModelOrWithSeveralSaysSo() throws {
        folder.makeFolder("iris/1")
        try folder.copy(iris, to: "iris/2/a.onnx")
        try folder.copy(iris, to: "iris/2/b.onnx")
        try folder.copy(iris, to: "iris/3/a.onnx")
        try folder.copy(iris, to: "iris/3/model.onnx")
        let harness = try WatcherHarness(folder)
        try harness.served("iris 3.0.0")
        #expect(try harness.failure(of: "iris", "1.0.0").hasPrefix("there is no model in"))
        #expect(try harness.failure(of: "iris", "2.0.0").contains("a.onnx and b.onnx; say which by `file:`"))
    }

    @Test func withoutONNXRuntimeALoadSaysHowToGetIt() throws {
        try folder.copy(iris, to: "iris/1/model.onnx")
        let loader = VersionLoader(library: .init(named: folder.path))
        let order = LoadOrder("iris", folder: "1", version: "1.0.0", path: folder.path + "/iris/1")
        guard case .failed(let reason) = loader.result(of: order) else {
            Issue.record("it was loaded")
            return
        }
        #expect(reason.contains("pip install"))
    }

    @Test func aVersionThatBreaksTheContractIsRefusedUnlessItsNumberOrItsDescriptionAllowsIt() throws {
        try folder.copy(iris, to: "iris/1.0.0/model.onnx")
        let harness = try WatcherHarness(folder)
        try harness.served("iris 1.0.0")
        try folder.copy(otherIris, to: "iris/1.1.0/model.onnx")
        #expect(try harness.failure(of: "iris", "1.1.0").hasSuffix("output /label: was an integer, is a string now"))
        try folder.copy(otherIris, to: "iris/2.0.0/model.onnx")
        try harness.served("iris 1.0.0", "iris 2.0.0")
        try folder.write("iris/1.1.0/model.yaml", "contract: off")
        try harness.served("iris 1.0.0", "iris 1.1.0", "iris 2.0.0")
    }

    // MARK: - Descriptions

    @Test func versionsInheritWhatTheirModelsFileSaysAndAreLoadedAnewWhenItChanges() throws {
        try folder.copy(iris, to: "iris/1.0.0/model.onnx")
        try folder.write("iris/1.0.0/model.yaml", "batching: {delay_us: 7}")
        try folder.write("iris/model.yaml", "default: 1\ndefaults: {display_name: Iris, batching: {maximum: 8}}")
        let harness = try WatcherHarness(folder)
        let set = try harness.served("iris 1.0.0")
        #expect(set.policies == [ModelPolicy("iris", standard: "1")])
        #expect(set.entries[0].model.metadata.displayName == "Iris")
        #expect(set.entries[0].batching.maximum == 8 && set.entries[0].batching.delayMicroseconds == 7)
        try folder.write("iris/model.yaml", "default: 1.0\ndefaults: {display_name: Iris, batching: {maximum: 16}}")
        let changed = try harness.set { $0.entries.first?.batching.maximum == 16 }
        #expect(changed.policies == [ModelPolicy("iris", standard: "1.0")])
        try folder.write("iris/model.yaml", "default: 1.0.0\ndefaults: {display_name: Iris, batching: {maximum: 16}}")
        let pinned = try harness.set { $0.policies.first?.standard == "1.0.0" }
        #expect(pinned.entries[0].generation == changed.entries[0].generation)
    }

    @Test(arguments: [("described", "7.0.0"), ("iris-svc", "1.0.0")])
    func aModelWithoutFoldersOfVersionsHasTheVersionThatItsFileSays(_ file: String, _ version: String) throws {
        try folder.copy(Fixtures.onnx(file), to: "model/model.onnx")
        try WatcherHarness(folder).served("model \(version)")
    }

    // MARK: - Plug-ins

    @Test func aPlugInOfTheStartIsLoadedAndOneThatComesLaterNeedsANewProcess() throws {
        try folder.write("echo/1.0.0/libEcho.so", "")
        try folder.write("echo/1.0.0/model.yaml", "settings: {factor: 2}")
        let harness = try WatcherHarness(folder) { (path, configuration) throws(ModelLoadError) in
            #expect(configuration.settings == ["factor": 2])
            #expect(path.hasSuffix("echo/1.0.0/libEcho.so") && configuration.baseDirectory.hasSuffix("echo/1.0.0"))
            return try TypedModel(Echo.self, configuration: ModelConfiguration())
        }
        try harness.served("echo 1.0.0")
        try folder.write("echo/1.1.0/libEcho.so", "")
        #expect(try harness.processNeeded() == "echo 1.1.0")
        #expect(harness.sets.last?.versions == ["echo 1.0.0"])
    }

    @Test(arguments: [("other/1.0.0", "is echo 1.0.0, but its folder says other 1.0.0"), ("echo/2", "says echo 2.0.0")])
    func aPlugInThatIsNotWhatItsFolderSaysIsRefused(_ path: String, _ expected: String) throws {
        try folder.write("\(path)/libEcho.so", "")
        let harness = try WatcherHarness(folder) { (_, _) throws(ModelLoadError) in
            try TypedModel(Echo.self, configuration: ModelConfiguration())
        }
        let set = try harness.set { !$0.absences.isEmpty }
        #expect(set.absences[0].message.contains(expected))
    }

    @Test func aPlugInIsNotDescribedAsAModelOfTensorsIs() throws {
        try folder.write("echo/1/libEcho.so", "")
        try folder.write("echo/1/model.yaml", "display_name: Echo\ninputs: [X]")
        let harness = try WatcherHarness(folder) { (_, _) throws(ModelLoadError) in
            try TypedModel(Echo.self, configuration: ModelConfiguration())
        }
        #expect(try harness.failure(of: "echo", "1.0.0").contains("under display_name, inputs; remove that"))
    }

    // MARK: - Wishes

    @Test func wishesAreCarriedOutAndAnswered() throws {
        try folder.copy(iris, to: "iris/1.0.0/model.onnx")
        try folder.write("iris/model.yaml", common)
        let harness = try WatcherHarness(folder)
        let former = try harness.served("iris 1.0.0").entries[0].generation
        #expect(try harness.carryOut(.unload, "iris") == .done)
        try harness.served()
        #expect(try harness.carryOut(.load, "iris", "1.0.0") == .done)
        try harness.served("iris 1.0.0")
        #expect(try harness.carryOut(.reload, "iris") == .done)
        _ = try harness.set { $0.entries.first.map { $0.generation > former + 1 } == true }
        #expect(
            try harness.carryOut(.reload, "mnist") == .failed("there is no model mnist in the repository; it has iris"))
        harness.watcher.stop()
        #expect(try harness.carryOut(.reload, "iris") == .failed("the worker is about to end"))
    }

    @Test func aWishSeesAFolderThatHasJustBeenRenamedIntoItsPlace() throws {
        try folder.copy(iris, to: "iris/1.0.0/model.onnx")
        try folder.copy(iris, to: "iris/1.1.0.partial/model.onnx")
        // Nobody looks by himself as long as the test runs.
        let harness = try WatcherHarness(folder, interval: .seconds(3_600), settle: .zero)
        try harness.served("iris 1.0.0")
        try folder.rename("iris/1.1.0.partial", to: "iris/1.1.0")
        #expect(try harness.carryOut(.load, "iris", "1.1.0") == .done)
        try harness.served("iris 1.0.0", "iris 1.1.0")
    }

    @Test func aRepositoryThatIsNotThereCantBeWatched() {
        #expect(throws: ModelLoadError.self) {
            folder.remove("")
            _ = try WatcherHarness(folder)
        }
    }

    @Test func aRepositoryThatGoesForAWhileIsServedOn() throws {
        try folder.copy(iris, to: "models/iris/1.0.0/model.onnx")
        let harness = try WatcherHarness(folder, in: "models")
        try harness.served("iris 1.0.0")
        try folder.rename("models", to: "elsewhere")
        // It has looked when it carries out a wish that came later.
        usleep(200_000)
        #expect(try harness.carryOut(.load, "iris") == .done)
        #expect(harness.sets.count == 1)
        try folder.rename("elsewhere", to: "models")
        try folder.copy(otherIris, to: "models/iris/2.0.0/model.onnx")
        try harness.served("iris 1.0.0", "iris 2.0.0")
    }
}

/// Gives what it gets.
private struct Echo: MLModel {
    struct Value: Codable, Sendable {
        var number: Double
        enum CodingKeys: String, CodingKey { case number }
    }

    static let displayName = "Echo"
    static let qualifiedName = "echo"
    static let description = "Gives what it gets."
    static let version: SemanticVersion = "1.0.0"
    static let inputSchema = JSONSchema.object(keyedBy: Value.CodingKeys.self) { Property(.number, .number()) }
    static let outputSchema = inputSchema

    init(configuration: ModelConfiguration) {}

    func predict(_ input: Value) -> Value { input }
}

extension InferenceModel {
    func output(for input: String) throws -> JSONValue {
        var outcomes = PredictionOutcomes()
        let bytes = Array(input.utf8)
        bytes.withUnsafeBytes { predict([Payload($0)], into: &outcomes) }
        if case .failure(let error) = outcomes.outcomes[0] { throw error }
        return try JSONValue(parsing: outcomes.bytes)
    }
}
