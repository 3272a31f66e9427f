internal import SibylInference
internal import SibylModel

/// Which file in a version's folder is the model, and what runs it.
struct ModelFiles {
    enum Runtime: String, CaseIterable {
        case onnx, plugin

        var ending: String {
            switch self {
            case .onnx: ".onnx"
            case .plugin: ".so"
            }
        }

        init?(ofFile name: String) {
            guard let runtime = Self.allCases.first(where: { name.hasSuffix($0.ending) }) else { return nil }
            self = runtime
        }
    }

    static func isModel(_ name: String) -> Bool { Runtime(ofFile: name) != nil }

    let path: String
    let runtime: Runtime

    /// - Parameter folder: the version's.
    /// - Throws: `ModelLoadError` that says what was looked for.
    init(in folder: String, _ description: ModelDescription, limits: RepositoryLimits) throws(ModelLoadError) {
        let named = try Self.runtime(named: description.runtime)
        let file: String
        if let described = description.file {
            file = described
        } else {
            file = try Self.onlyModel(in: folder, named, limits)
        }
        // What lies elsewhere could change without being noticed.
        guard !file.hasPrefix("/"), !file.split(separator: "/").contains("..") else {
            throw ModelLoadError("file is \(file), but must lie in the folder of the version")
        }
        guard let runtime = named ?? Runtime(ofFile: file) else {
            throw ModelLoadError(
                "the name \(file) does not tell what runs it; add `runtime:` with one of \(Self.runtimes)")
        }
        self.runtime = runtime
        path = folder + "/" + file
    }

    private static let runtimes = Runtime.allCases.map(\.rawValue).joined(separator: ", ")

    private static func runtime(named name: String?) throws(ModelLoadError) -> Runtime? {
        guard let name else { return nil }
        guard let runtime = Runtime(rawValue: name) else {
            throw ModelLoadError("runtime is \(name), but must be one of \(runtimes)")
        }
        return runtime
    }

    /// `model.onnx` where there are several, such as models for other uses beside it.
    private static func onlyModel(in folder: String, _ runtime: Runtime?, _ limits: RepositoryLimits)
        throws(ModelLoadError) -> String
    {
        let entries: [Folder.Entry]
        do {
            entries = try Folder.entries(folder, limit: limits.files)
        } catch {
            throw ModelLoadError(error.description)
        }
        let models = entries.filter { entry in
            Runtime(ofFile: entry.name).map { runtime == nil || $0 == runtime } ?? false
        }.map(\.name)
        if models.count == 1 { return models[0] }
        if models.contains("model.onnx") { return "model.onnx" }
        let endings = Runtime.allCases.map { "*" + $0.ending }.joined(separator: " or ")
        throw ModelLoadError(
            models.isEmpty
                ? "there is no model in \(folder); it must hold \(endings), or say which by `file:` in its model.yaml"
                : "there are several models in \(folder), \(models.joined(separator: " and ")); say which by `file:` in its "
                    + "model.yaml")
    }
}
