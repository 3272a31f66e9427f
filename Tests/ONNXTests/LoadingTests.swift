import Glibc
import SibylInference
import SibylModel
import SibylONNX
import Testing

/// What a file says of itself, and files that can't be served: each is refused in words, and the process lives.
@Suite struct LoadingTests {
    // MARK: - What a file says

    @Test func metadataIsTheFiles() throws {
        let metadata = try Fixtures.model("described").metadata
        #expect(metadata.producer == "hand" && metadata.domain == "org.example" && metadata.version == 7)
        #expect(metadata.description == "Adds ten." && metadata.graphDescription == "One node.")
        #expect(metadata.graphName == "adding")
        #expect(metadata.custom == ["author": "A. Uthor", "empty": "", "Größe": "klein"])
        #expect(try Fixtures.model("gather").metadata.version == nil)
    }

    @Test func signatureHasNamesTypesAndShapes() throws {
        let signature = try Fixtures.model("recurrent").signature
        #expect(
            signature.inputs == [
                TensorSpec("audio", .float32, shape: [-1, 64]), TensorSpec("state", .float32, shape: [2, -1, 128]),
            ])
        #expect(
            signature.outputs == [
                TensorSpec("speech", .float32, shape: [-1, 1]),
                TensorSpec("next_state", .float32, shape: [2, -1, 128]),
            ])
        #expect(!signature.canBatch)
        #expect(try Fixtures.model("iris-svc").signature.canBatch)
        #expect(
            try Fixtures.model("passengers-pipeline").signature.inputs.map(\.type) == [
                .string, .string, .float32, .float32,
            ])
        #expect(try Fixtures.model("scalars").signature.inputs.map(\.shape) == [[], [], [-1]])
    }

    @Test func whatHasAValueInTheFileIsNoInput() throws {
        #expect(try Fixtures.model("overridable").signature.inputs.map(\.name) == ["x"])
    }

    // MARK: - Outputs that are no tensors

    @Test func zipMapIsRefusedAndTheLabelsAreGiven() throws {
        let model = try Fixtures.model("iris-svc-zipmap")
        #expect(model.signature.outputs == [TensorSpec("output_label", .string, shape: [-1])])
        #expect(model.refusedOutputs.map(\.name) == ["output_probability"])
        let reason = try #require(model.refusedOutputs.first).reason
        #expect(
            reason.contains("output_probability") && reason.contains("zipmap=False") && reason.contains("`outputs:`"))
    }

    @Test func everyKindOfOddOutputIsNamed() throws {
        let model = try Fixtures.model("odd-outputs")
        #expect(model.signature.outputs.map(\.name) == ["y"])
        let reasons = Dictionary(uniqueKeysWithValues: model.refusedOutputs.map { ($0.name, $0.reason) })
        #expect(reasons["s"]?.contains("is a sequence") == true)
        #expect(reasons["o"]?.contains("is an optional value") == true)
        #expect(reasons["small"]?.contains("is a tensor of float8e4m3fn") == true)
        #expect(reasons.count == 3)
    }

    // MARK: - Files that can't be served

    @Test(arguments: [
        ("opset-999", "older opset", "Opset 999"), ("ir-999", "older opset", "IR version"),
        ("unknown-operator", "can't be loaded by ONNX Runtime", "Frobnicate"),
        ("no-graph", "can't be loaded by ONNX Runtime", "graph"),
        ("sequence-input", "its input s is a sequence", "tensors"),
        ("sequence-output", "its output s is a sequence", "can't be served"),
    ])
    func isRefused(_ name: String, _ advice: String, _ reason: String) throws {
        let error = try #require(throws: ModelLoadError.self) { try Fixtures.model(name) }
        #expect(error.description.contains("\(name).onnx"), "\(error)")
        #expect(error.description.contains(advice) && error.description.contains(reason), "\(error)")
    }

    @Test func aPartOfAModelIsRefused() throws {
        let whole = try Fixtures.bytes("iris-svc.onnx")
        for length in [1, 100, whole.count / 2, whole.count - 1] {
            let error = try refusal(of: Array(whole.prefix(length)))
            #expect(error.message.contains("copied whole"), "\(length) bytes: \(error)")
        }
    }

    @Test func whatIsNoModelIsRefused() throws {
        #expect(try refusal(of: Array("This is no model.\n".utf8)).message.contains("no ONNX model"))
        #expect(try refusal(of: []).message.contains("is empty"))
        for length in [16, 1000] {
            _ = try refusal(of: (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) })
        }
    }

    @Test func aFileThatIsNotThereIsToldByItsPath() throws {
        _ = try Fixtures.model("iris-svc")
        let missing = try #require(throws: ModelLoadError.self) {
            try ONNXModel(path: "/no/such/model.onnx", library: Fixtures.library())
        }
        #expect(missing.message == "there is no model /no/such/model.onnx")
        let folder = try #require(throws: ModelLoadError.self) {
            try ONNXModel(path: "/tmp", library: Fixtures.library())
        }
        #expect(folder.message.contains("/tmp is no file"))
    }

    @Test func weightsThatAreMissingBesideItAreToldByTheirPath() throws {
        let error = try refusal(of: Fixtures.bytes("external.onnx"))
        #expect(error.description.contains("external.onnx.data"), "\(error)")
    }

    /// Why those bytes can't be loaded.
    private func refusal(of bytes: [UInt8]) throws -> ModelLoadError {
        try withTemporaryFile(bytes) { path in
            try #require(throws: ModelLoadError.self) { try ONNXModel(path: path, library: Fixtures.library()) }
        }
    }
}
