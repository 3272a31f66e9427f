internal import COnnxRuntime
internal import SibylInference

/// A graph that ONNX Runtime has loaded and made ready to run.
final class ONNXSession: @unchecked Sendable {
    // Sendable because a session may be run from several threads at once, and nothing else of it changes.

    let library: ONNXLibrary
    let handle: OpaquePointer

    private var api: UnsafePointer<ort_api> { library.api }

    /// Loads a graph. ONNX Runtime can keep a plan of a run's memory for each shape that came. Small graphs are faster by
    /// up to a sixth then, but the plans of shapes that clients choose at will would fill the memory: hence only where
    /// nothing but the number of items differs, which a message's size bounds.
    ///
    /// - Parameter isSmall: whether the file is, so that loading it once more costs little.
    static func load(_ path: String, isSmall: Bool, _ settings: ONNXSettings, _ library: ONNXLibrary)
        throws(ONNXStatus) -> ONNXSession
    {
        let session = try ONNXSession(path, settings, library, keepsPlans: false)
        let shapes = isSmall ? try session.inputs().map { $0.spec?.shape.dropFirst() ?? [-1] } : []
        let isPlannable = !shapes.isEmpty && shapes.allSatisfy { !$0.contains(-1) }
        return isPlannable ? try ONNXSession(path, settings, library, keepsPlans: true) : session
    }

    private init(_ path: String, _ settings: ONNXSettings, _ library: ONNXLibrary, keepsPlans: Bool) throws(ONNXStatus)
    {
        self.library = library
        let api = library.api
        let options = try api.object { api.pointee.CreateSessionOptions($0) }
        defer { api.pointee.ReleaseSessionOptions(options) }
        try settings.apply(to: options, api)
        if !keepsPlans { try api.check(api.pointee.DisableMemPattern(options)) }
        handle = try api.object { api.pointee.CreateSession(library.environment, path, options, $0) }
    }

    deinit {
        api.pointee.ReleaseSession(handle)
    }

    // MARK: - Inputs and outputs

    /// One input or output.
    struct Place {
        var name: String
        /// Nil where it is nothing that Sibyl passes on.
        var spec: TensorSpec?
        /// What it is then, with an article.
        var kind = ""
    }

    /// What has to be given; an input that has a value of its own in the file is none.
    func inputs() throws(ONNXStatus) -> [Place] {
        let count: Int = try api.number { api.pointee.SessionGetInputCount(handle, $0) }
        return try places(count, api.pointee.SessionGetInputName, api.pointee.SessionGetInputTypeInfo)
    }

    func outputs() throws(ONNXStatus) -> [Place] {
        let count: Int = try api.number { api.pointee.SessionGetOutputCount(handle, $0) }
        return try places(count, api.pointee.SessionGetOutputName, api.pointee.SessionGetOutputTypeInfo)
    }

    private typealias GetText =
        @convention(c) (OpaquePointer, Int, OpaquePointer, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) ->
        OpaquePointer?
    private typealias GetType =
        @convention(c) (OpaquePointer, Int, UnsafeMutablePointer<OpaquePointer?>) -> OpaquePointer?

    private func places(_ count: Int, _ getName: GetText, _ getType: GetType) throws(ONNXStatus) -> [Place] {
        var places: [Place] = []
        for index in 0..<count {
            let name = try library.text { getName(handle, index, library.allocator, $0) }
            let info = try api.object { getType(handle, index, $0) }
            defer { api.pointee.ReleaseTypeInfo(info) }
            places.append(try place(name, info))
        }
        return places
    }

    private func place(_ name: String, _ info: OpaquePointer) throws(ONNXStatus) -> Place {
        let kind: Int32 = try api.number { api.pointee.GetOnnxTypeFromTypeInfo(info, $0) }
        guard kind == ONNX_TYPE_TENSOR else { return Place(name: name, kind: Self.kindName(kind)) }
        // Part of `info`, and released with it.
        let tensor = try api.object { api.pointee.CastTypeInfoToTensorInfo(info, $0) }
        let number: Int32 = try api.number { api.pointee.GetTensorElementType(tensor, $0) }
        guard let type = DataType(onnx: number) else {
            return Place(name: name, kind: "a tensor of \(DataType.onnxName(number))")
        }
        let shape = try library.shape(of: tensor).map { max($0, -1) }
        return Place(name: name, spec: TensorSpec(name, type, shape: shape))
    }

    private static func kindName(_ kind: Int32) -> String {
        switch Int(kind) {
        case ONNX_TYPE_SEQUENCE: "a sequence, such as scikit-learn's classifiers give without zipmap=False"
        case ONNX_TYPE_MAP: "a map"
        case ONNX_TYPE_SPARSETENSOR: "a sparse tensor"
        case ONNX_TYPE_OPTIONAL: "an optional value"
        default: "no tensor"
        }
    }
}

extension ONNXLibrary {
    /// The text that `get` has the library allocate.
    func text(_ get: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> OpaquePointer?) throws(ONNXStatus)
        -> String
    {
        var text: UnsafeMutablePointer<CChar>?
        try api.check(get(&text))
        guard let text else { return "" }
        defer { free(text) }
        return String(cString: text)
    }

    /// Frees what the library allocated for an answer. That it could fail is a matter of its signature alone.
    func free(_ memory: UnsafeMutableRawPointer) {
        api.pointee.ReleaseStatus(api.pointee.AllocatorFree(allocator, memory))
    }

    func shape(of tensor: OpaquePointer) throws(ONNXStatus) -> [Int] {
        let rank: Int = try api.number { api.pointee.GetDimensionsCount(tensor, $0) }
        var shape = [Int](repeating: 0, count: rank)
        let status = shape.withUnsafeMutableBytes { bytes in
            api.pointee.GetDimensions(tensor, bytes.baseAddress?.assumingMemoryBound(to: Int64.self), rank)
        }
        try api.check(status)
        return shape
    }
}

extension ONNXSettings {
    fileprivate func apply(to options: OpaquePointer, _ api: UnsafePointer<ort_api>) throws(ONNXStatus) {
        try api.check(api.pointee.SetIntraOpNumThreads(options, Int32(threads)))
        try api.check(api.pointee.SetInterOpNumThreads(options, Int32(interOpThreads)))
        try api.check(api.pointee.SetSessionGraphOptimizationLevel(options, graphOptimization.number))
        try api.check(api.pointee.SetSessionExecutionMode(options, executionMode == .parallel ? 1 : 0))
        // Threads that wait for work sleep: the cores belong to other workers too.
        for key in ["session.intra_op.allow_spinning", "session.inter_op.allow_spinning"] {
            try api.check(api.pointee.AddSessionConfigEntry(options, key, "0"))
        }
    }
}

extension ONNXSettings.GraphOptimization {
    fileprivate var number: Int32 {
        switch self {
        case .none: 0
        case .basic: 1
        case .extended: 2
        case .all: 99
        }
    }
}
