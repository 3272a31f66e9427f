internal import ArgumentParser
internal import SibylJSON

/// `PATH`, or `PATH={...}` with the model's settings as JSON.
struct PluginArgument {
    /// As it was written, for the workers that `sibyl serve` starts.
    let text: String
    let entry: ModelEntry

    init(argument: String) throws(ValidationError) {
        let split = argument.ranges(of: "={").first
        let path = split.map { String(argument[..<$0.lowerBound]) } ?? argument
        let json = split.map { "{" + argument[$0.upperBound...] } ?? "{}"
        if path.isEmpty { throw ValidationError("the path of the plug-in is missing") }
        let settings: JSONValue
        do {
            settings = try JSONValue(parsing: json)
        } catch {
            throw ValidationError("the settings are not JSON: \(error)")
        }
        text = argument
        entry = ModelEntry(name: path, plugin: path, settings: settings, baseDirectory: ".", place: .flag("--plugin"))
    }
}

/// Which models to serve.
struct ModelOptions: ParsableArguments {
    @Option(
        name: .customLong("plugin"),
        help: ArgumentHelp(
            "A plug-in to serve, in place of the file's models; PATH={...} adds its settings as JSON. Repeatable.",
            valueName: "path"),
        completion: .file(extensions: ["so"]), transform: PluginArgument.init(argument:))
    var plugins: [PluginArgument] = []

    @Option(
        name: .customLong("models"),
        help: ArgumentHelp(
            "A folder of models to serve and to watch: NAME/VERSION/model.onnx.", valueName: "folder"),
        completion: .directory)
    var folder: String?

    /// The models of the flags, else those of the file.
    func entries(_ settings: Settings) throws(ConfigurationError) -> [ModelEntry] {
        let isNamed = !plugins.isEmpty || folder != nil
        let entries = isNamed ? plugins.map(\.entry) : settings.models
        guard entries.isEmpty && repository(settings) == nil else { return entries }
        throw ConfigurationError(
            "there is no model to serve; name one with --plugin PATH, a folder of them with --models DIR, or one in the "
                + "section `models` of " + (settings.file ?? Settings.usualFile))
    }

    /// The folder of models, if there is one.
    func repository(_ settings: Settings) -> String? {
        if let folder { return folder }
        guard plugins.isEmpty, let path = settings.text(ConfigurationKeys.repositoryPath) else { return nil }
        return FilePaths.resolve(path, in: settings.file.map(FilePaths.directory) ?? ".")
    }
}
