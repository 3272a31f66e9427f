internal import COnnxRuntime
internal import Glibc
public import SibylModel
internal import Synchronization

/// ONNX Runtime's shared library, opened and checked. It is never closed, and no path is opened twice, so that all
/// models share its environment.
public final class ONNXLibrary: @unchecked Sendable {
    // Sendable because nothing of it changes, and the library's functions may be called from any thread.

    /// The file, as it was found; a bare name where the system found it.
    public let path: String
    /// Such as `1.32.0`.
    public let version: String

    let api: UnsafePointer<ort_api>
    let environment: OpaquePointer
    /// Says of memory that it is the CPU's.
    let memory: OpaquePointer
    /// The process's own, which needs no release.
    let allocator: OpaquePointer

    /// The first version that has every function that is called here.
    private static let oldest = (major: 1, minor: 24)
    private static let opened = Mutex<[String: ONNXLibrary]>([:])

    /// Opens the first library there is among `locations`, or gives it again.
    ///
    /// - Throws: `ModelLoadError` that says how to get one.
    public static func open(_ locations: ONNXLibraryLocations) throws(ModelLoadError) -> ONNXLibrary {
        let path = try locations.find()
        do {
            return try opened.withLock { libraries in
                if let library = libraries[path] { return library }
                let library = try ONNXLibrary(path: path)
                libraries[path] = library
                return library
            }
        } catch let error as ModelLoadError {
            throw error
        } catch {
            throw ModelLoadError("\(path) can't be used", cause: error)
        }
    }

    private init(path: String) throws(ModelLoadError) {
        self.path = path
        let base = try Self.base(path)
        version = String(cString: base.pointee.GetVersionString())
        guard Self.isRecent(version), let api = base.pointee.GetApi(1) else {
            throw ModelLoadError(
                "\(path) is ONNX Runtime \(version); Sibyl needs \(Self.oldest.major).\(Self.oldest.minor) or a later 1.x: "
                    + ONNXLibraryLocations.advice)
        }
        self.api = api
        do {
            // What fails is told by a status and logged by whoever asked; the library itself writes no line but its last.
            environment = try api.object { api.pointee.CreateEnv(Int32(ORT_LOGGING_LEVEL_FATAL), "sibyl", $0) }
            memory = try api.object {
                api.pointee.CreateCpuMemoryInfo(Int32(ORT_DEVICE_ALLOCATOR), Int32(ORT_MEMORY_DEFAULT), $0)
            }
            allocator = try api.object { api.pointee.GetAllocatorWithDefaultOptions($0) }
        } catch {
            throw ModelLoadError("ONNX Runtime of \(path) does not start", cause: error)
        }
    }

    private static func base(_ path: String) throws(ModelLoadError) -> UnsafePointer<ort_api_base> {
        typealias Function = @convention(c) () -> UnsafePointer<ort_api_base>?
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            let reason = dlerror().map { String(cString: $0) } ?? "the system does not say why"
            throw ModelLoadError("ONNX Runtime can't be loaded: \(reason); \(ONNXLibraryLocations.advice)")
        }
        guard let address = dlsym(handle, "OrtGetApiBase"), let base = unsafeBitCast(address, to: Function.self)()
        else {
            throw ModelLoadError("\(path) is not ONNX Runtime: it has no OrtGetApiBase; \(ONNXLibraryLocations.advice)")
        }
        return base
    }

    private static func isRecent(_ version: String) -> Bool {
        let parts = version.split(separator: ".").compactMap { Int($0) }
        return parts.count >= 2 && parts[0] == oldest.major && parts[1] >= oldest.minor
    }
}
