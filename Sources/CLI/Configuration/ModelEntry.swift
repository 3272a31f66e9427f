internal import SibylJSON

/// One model to serve: an entry of the section `models`, or a `--plugin` flag.
struct ModelEntry: Sendable, Equatable {
    /// The entry's name, by which messages call it; the model has a qualified name of its own.
    var name: String
    /// The path of the plug-in's shared library, as it was written.
    var plugin: String
    /// The model's own settings, an object.
    var settings: JSONValue
    /// Where relative paths start, the plug-in's own and those among its settings.
    var baseDirectory: String
    var place: ConfigurationPlace
    /// What is put around the model, as in its `model.yaml`: an object with `cache` and `log`.
    var decorations: JSONValue = [:]

    var pluginPath: String { FilePaths.resolve(plugin, in: baseDirectory) }
}
