/// What a model is loaded with: the settings that its operator wrote for it.
public struct ModelConfiguration: Sendable {
    /// An object; what its members mean is the model's own affair.
    public var settings: JSONValue
    /// The folder at which relative paths among the settings start.
    public var baseDirectory: String

    public init(settings: JSONValue = [:], baseDirectory: String = ".") {
        self.settings = settings
        self.baseDirectory = baseDirectory
    }

    /// A setting that is a path, made absolute or relative to the working directory; nil where it is not set.
    ///
    /// - Throws: `ModelLoadError` when it is no string.
    public func path(_ key: String) throws(ModelLoadError) -> String? {
        guard let value = settings[key], value != .null else { return nil }
        guard let path = value.string, !path.isEmpty else {
            throw ModelLoadError("the setting \(key) is a path, but is \(value)")
        }
        return path.hasPrefix("/") || baseDirectory.isEmpty ? path : baseDirectory + "/" + path
    }

    /// Refuses settings that the model doesn't know, so that a typing error isn't ignored.
    ///
    /// - Throws: `ModelLoadError` that names the setting and those that there are.
    public func rejectUnknownSettings(besides known: String...) throws(ModelLoadError) {
        for (key, _) in settings.object ?? [:] where !known.contains(key) {
            let names = known.isEmpty ? "it has none" : "it has " + known.joined(separator: ", ")
            throw ModelLoadError("the model has no setting \(key); \(names)")
        }
    }
}
