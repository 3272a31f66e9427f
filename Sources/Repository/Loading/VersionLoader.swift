package import SibylInference
package import SibylModel
package import SibylONNX

/// Makes a model of a version's folder, and lets nothing through that should not be served.
package struct VersionLoader: Sendable {
    /// Loads a plug-in's shared library.
    package typealias PluginLoader =
        @Sendable (_ path: String, ModelConfiguration) throws(ModelLoadError) -> any ServedModel
    /// Puts around a model what its description asks for, such as a cache.
    package typealias Decoration =
        @Sendable (any InferenceModel, ModelDescription, _ folder: String) throws(ModelLoadError) -> any InferenceModel

    let library: ONNXLibraryLocations
    let limits: RepositoryLimits
    let plugin: PluginLoader?
    let decorate: Decoration

    /// - Parameters:
    ///   - library: where ONNX Runtime is looked for, which is opened when the first model needs it.
    ///   - plugin: nil where plug-ins can't be loaded.
    package init(
        library: ONNXLibraryLocations = ONNXLibraryLocations(), limits: RepositoryLimits = RepositoryLimits(),
        plugin: PluginLoader? = nil,
        decorate: @escaping Decoration = VersionLoader.undecorated
    ) {
        self.library = library
        self.limits = limits
        self.plugin = plugin
        self.decorate = decorate
    }

    /// For who loads models to look at them, and serves none.
    package static let undecorated: Decoration = { (model, _, _) throws(ModelLoadError) in model }

    /// Loads a version, warms it up and checks it, and tells how that went.
    package func result(of order: LoadOrder) -> LoadResult {
        do {
            let description = try ModelDescription(json: order.description)
            let files = try ModelFiles(in: order.path, description, limits: limits)
            if files.runtime == .plugin && !order.mayLoadCode { return .needsNewProcess }
            let loaded = try load(order, description, files)
            return .loaded(loaded.entry, remarks: loaded.remarks)
        } catch {
            return .failed(error.line)
        }
    }

    /// A version that may be served.
    struct LoadedVersion {
        var entry: ModelSet.Entry
        var runtime: ModelFiles.Runtime
        /// What an operator should know of it.
        var remarks: [String] = []
    }

    func load(_ order: LoadOrder) throws(ModelLoadError) -> LoadedVersion {
        let description = try ModelDescription(json: order.description)
        return try load(order, description, ModelFiles(in: order.path, description, limits: limits))
    }

    private func load(_ order: LoadOrder, _ description: ModelDescription, _ files: ModelFiles) throws(ModelLoadError)
        -> LoadedVersion
    {
        var (model, remarks) = try model(order, description, files)
        let problems = WarmUp.problems(of: model, samples: description.samples)
        if !problems.isEmpty {
            throw ModelLoadError("it does not give what its samples say: " + problems.joined(separator: "; "))
        }
        remarks += try Self.checkContract(of: model.metadata, with: order.predecessor, by: description.contract)
        model = try decorate(model, description, order.path)
        return LoadedVersion(
            entry: ModelSet.Entry(model, batching: description.batching), runtime: files.runtime, remarks: remarks)
    }

    private func model(_ order: LoadOrder, _ description: ModelDescription, _ files: ModelFiles)
        throws(ModelLoadError) -> (any InferenceModel, remarks: [String])
    {
        switch files.runtime {
        case .onnx: try onnx(order, description, files)
        case .plugin: (try plugin(order, description, files), [])
        }
    }

    // MARK: - ONNX

    private func onnx(_ order: LoadOrder, _ description: ModelDescription, _ files: ModelFiles)
        throws(ModelLoadError) -> (any InferenceModel, remarks: [String])
    {
        let model = try ONNXModel(
            path: files.path, settings: ONNXSettings(description.settings), library: ONNXLibrary.open(library))
        let (file, graph) = (model.metadata.description, model.metadata.graphDescription)
        let inference = try TensorInference(
            model, name: order.name, version: order.version ?? model.metadata.ownVersion, description: description,
            documentation: file.isEmpty ? graph : file)
        return (inference, model.refusedOutputs.map(\.reason))
    }

    // MARK: - Plug-ins

    private func plugin(_ order: LoadOrder, _ description: ModelDescription, _ files: ModelFiles)
        throws(ModelLoadError) -> any InferenceModel
    {
        guard let plugin else { throw ModelLoadError("\(files.path) is a plug-in, and none can be loaded here") }
        try Self.refuse(description.ofTensors)
        let model = try plugin(
            files.path, ModelConfiguration(settings: description.settings, baseDirectory: order.path))
        let (name, version) = (model.metadata.qualifiedName, model.metadata.version)
        guard name == order.name, order.version == nil || version == order.version else {
            let expected = [order.name, order.version?.description].compactMap(\.self).joined(separator: " ")
            throw ModelLoadError(
                "\(files.path) is \(name) \(version), but its folder says \(expected); rename the folder, or build the "
                    + "plug-in with that name and version")
        }
        return RecordInference(model)
    }

    private static func refuse(_ members: [String]) throws(ModelLoadError) {
        if members.isEmpty { return }
        throw ModelLoadError(
            "a plug-in says itself what its model.yaml says under \(members.joined(separator: ", ")); remove that")
    }
}

extension ModelLoadError {
    /// All of it in one line, for a log and for lists.
    var line: String {
        let lines = description.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }
        guard let first = lines.first else { return "" }
        return lines.count == 1 ? String(first) : first + " " + lines.dropFirst().joined(separator: "; ")
    }
}

extension ModelDescription {
    /// Members that say something of tensors, or what a plug-in says of itself.
    fileprivate var ofTensors: [String] {
        [
            ("display_name", displayName != nil), ("description", description != nil), ("batch", batch != nil),
            ("inputs", !inputs.isEmpty), ("outputs", !outputs.isEmpty),
        ].filter(\.1).map(\.0)
    }
}

extension ONNXMetadata {
    /// The version that a file gives itself: its own property `version`, else the number that its graph bears, else 1.0.0.
    fileprivate var ownVersion: SemanticVersion {
        if let version = custom["version"].flatMap({ VersionName.version(ofFolder: $0) }) { return version }
        let number = version.flatMap { Int(exactly: $0) } ?? 0
        // Exporters write 0 where nobody gave a number.
        return number > 0 ? SemanticVersion(number, 0, 0) : "1.0.0"
    }
}
