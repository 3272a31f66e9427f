internal import Glibc
internal import SibylModel

/// Where ONNX Runtime is looked for.
public struct ONNXLibraryLocations: Sendable {
    /// The library or the folder that it is in, as the operator said; then it is looked for nowhere else.
    public var named: String?
    /// Folders, the first that has one; then the system's own.
    public var folders: [String]

    /// - Parameter folders: by default those beside this program: `lib` beside its `bin`, and where set-up installs it
    ///   for a program that was built in place.
    public init(named: String? = nil, folders: [String] = Self.besideProgram) {
        self.named = named
        self.folders = folders
    }

    static let advice =
        "`pip install --no-deps --target DIR onnxruntime` brings it, and the setting onnx.library names DIR"
    /// Debian calls it so, from version 13 on.
    private static let systemName = "libonnxruntime.so.1"
    /// Within the folder into which pip installs.
    private static let withinTarget = "onnxruntime/capi"

    public static let besideProgram: [String] = {
        guard let program = realpath("/proc/self/exe", nil) else { return [] }
        defer { free(program) }
        let folder = String(cString: program).split(separator: "/").dropLast().map { "/" + $0 }.joined()
        return ["\(folder)/../lib", "\(folder)/../../onnxruntime/\(withinTarget)"]
    }()

    /// The file to open.
    func find() throws(ModelLoadError) -> String {
        guard let named else {
            return folders.lazy.compactMap { Self.library(in: $0) }.first ?? Self.systemName
        }
        if let file = Self.library(in: named) ?? Self.library(in: "\(named)/\(Self.withinTarget)") { return file }
        var status = stat()
        guard stat(named, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
            throw ModelLoadError("there is no ONNX Runtime at \(named); mend onnx.library, or: \(Self.advice)")
        }
        // A name without a slash would be searched for in the system's folders.
        return named.contains("/") ? named : "./" + named
    }

    /// `libonnxruntime.so`, or with its version behind it, as the wheel has it.
    private static func library(in folder: String) -> String? {
        var found = glob_t()
        defer { globfree(&found) }
        let pattern = folder.map { "*?[]\\".contains($0) ? "\\\($0)" : String($0) }.joined() + "/libonnxruntime.so*"
        guard glob(pattern, 0, nil, &found) == 0, let first = found.gl_pathv[0] else { return nil }
        // Without the way by which it was found, so that it is opened once.
        guard let path = realpath(first, nil) else { return nil }
        defer { free(path) }
        return String(cString: path)
    }
}
