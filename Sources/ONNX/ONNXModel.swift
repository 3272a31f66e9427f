internal import Glibc
public import SibylInference
public import SibylModel

/// A model in a file of ONNX, run by ONNX Runtime.
public final class ONNXModel: TensorModel {
    public let signature: TensorSignature
    /// What the file says of itself.
    public let metadata: ONNXMetadata
    /// Outputs that the model has besides, which are no tensors of a known type and can't be asked for.
    public let refusedOutputs: [RefusedOutput]

    let session: ONNXSession
    let inputNames: NameList
    let outputNames: NameList

    /// An output that can't be given.
    public struct RefusedOutput: Sendable, Hashable {
        public var name: String
        /// Why not, and what to do about it.
        public var reason: String
    }

    /// Loads a model.
    ///
    /// - Parameter path: the file. Weights that it keeps in files of their own are looked for beside it; ONNX Runtime maps
    ///   those into memory, so they must not be overwritten in place while the model is there.
    /// - Throws: `ModelLoadError` that names the file and what is wrong with it.
    public init(path: String, settings: ONNXSettings = ONNXSettings(), library: ONNXLibrary) throws(ModelLoadError) {
        let size = try Self.size(path)
        let (inputs, outputs): ([ONNXSession.Place], [ONNXSession.Place])
        do {
            session = try ONNXSession.load(path, isSmall: size <= Self.small, settings, library)
            (inputs, outputs) = (try session.inputs(), try session.outputs())
            metadata = try session.metadata()
        } catch {
            throw Self.explained(error, path, library)
        }
        signature = TensorSignature(inputs: inputs.compactMap(\.spec), outputs: outputs.compactMap(\.spec))
        refusedOutputs = outputs.filter { $0.spec == nil }.map { RefusedOutput($0) }
        inputNames = NameList(signature.inputs.map(\.name))
        outputNames = NameList(signature.outputs.map(\.name))
        if let input = inputs.first(where: { $0.spec == nil }) {
            throw ModelLoadError(
                "\(path) can't be served: its input \(input.name) is \(input.kind), and a request brings tensors of "
                    + "numbers, bools or strings")
        }
        if signature.outputs.isEmpty {
            throw ModelLoadError("\(path) can't be served: " + refusedOutputs.map(\.reason).joined(separator: "; "))
        }
    }

    /// Bytes of a file that is loaded within some hundredths of a second. What takes longer to load computes so long that a
    /// plan of its memory is of no account.
    private static let small = 16 << 20

    private static func size(_ path: String) throws(ModelLoadError) -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw ModelLoadError(
                errno == ENOENT
                    ? "there is no model \(path)"
                    : "\(path) can't be looked at: \(String(cString: strerror(errno)))")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw ModelLoadError("\(path) is no file, but must be a model")
        }
        guard status.st_size > 0 else { throw ModelLoadError("\(path) is empty; was it copied whole?") }
        guard access(path, R_OK) == 0 else { throw ModelLoadError("\(path) can't be read: permission denied") }
        return status.st_size
    }

    private static func explained(_ status: ONNXStatus, _ path: String, _ library: ONNXLibrary) -> ModelLoadError {
        if status.isAboutProtobuf {
            return ModelLoadError("\(path) is no ONNX model, or not a whole one; was it copied whole?", cause: status)
        }
        if status.message.contains("opset") || status.message.contains("IR version") {
            return ModelLoadError(
                "\(path) is made for another ONNX Runtime than \(library.version); export it for an older opset, or install "
                    + "a newer ONNX Runtime", cause: status)
        }
        return ModelLoadError("\(path) can't be loaded by ONNX Runtime \(library.version)", cause: status)
    }
}

extension ONNXModel.RefusedOutput {
    init(_ place: ONNXSession.Place) {
        name = place.name
        reason =
            "its output \(place.name) is \(place.kind); only tensors of numbers, bools and strings can be given, so "
            + "export it as one, or leave it out by `outputs:`"
    }
}

/// Names as C has them, for as long as the list lives.
final class NameList: @unchecked Sendable {
    // Sendable because it never changes.

    let names: UnsafeMutableBufferPointer<UnsafePointer<CChar>>
    private let count: Int

    init(_ texts: [String]) {
        count = texts.count
        // At least one, so that there is an address to hand over.
        names = .allocate(capacity: max(texts.count, 1))
        for (index, text) in texts.enumerated() {
            let bytes = Array(text.utf8CString)
            let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count)
            _ = copy.initialize(from: bytes)
            names.initializeElement(at: index, to: UnsafePointer(copy.baseAddress!))
        }
    }

    deinit {
        for name in names.prefix(count) { name.deallocate() }
        names.deallocate()
    }
}
