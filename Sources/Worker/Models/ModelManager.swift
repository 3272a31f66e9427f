internal import SibylCore
public import SibylInference
public import SibylModel

/// The models of one worker: loads them, lists them, finds them by name and version. It never changes once it is made,
/// so any thread may ask it.
public final class ModelManager: Sendable {
    /// All models, in the order of the configuration. A dispatch names one by its place here.
    public let models: [any InferenceModel]

    /// Loads every model.
    ///
    /// - Throws: `ModelLoadError` of the first that can't be loaded, or when two have the same name and version.
    public init(_ sources: [ModelSource]) throws(ModelLoadError) {
        var models: [any InferenceModel] = []
        for source in sources {
            let loaded = try source.load()
            let model = loaded as? any InferenceModel ?? RecordInference(loaded)
            let (name, version) = (model.metadata.qualifiedName, model.metadata.version)
            if models.contains(where: { $0.metadata.qualifiedName == name && $0.metadata.version == version }) {
                throw ModelLoadError(
                    "\(name) \(version) is there twice; a name and version can be served once: remove one entry, or "
                        + "give its model another version")
            }
            models.append(model)
        }
        self.models = models
    }

    /// What each model says of itself, by name and then newest version first.
    public func list() -> [ModelMetadata] {
        models.map(\.metadata).sorted { left, right in
            if left.qualifiedName != right.qualifiedName { return left.qualifiedName < right.qualifiedName }
            return VersionOrder(right.version.description) < VersionOrder(left.version.description)
        }
    }

    /// The model of that name: its newest version, or the newest that `version` names whole or as a prefix at a dot.
    public func find(_ name: String, version: String = "") -> (any InferenceModel)? {
        let matching = models.filter { model in
            model.metadata.qualifiedName == name
                && VersionOrder(model.metadata.version.description).matches(prefix: version)
        }
        return matching.max { left, right in
            VersionOrder(left.metadata.version.description) < VersionOrder(right.metadata.version.description)
        }
    }

    public func metadata(_ name: String, version: String = "") -> ModelMetadata? {
        find(name, version: version)?.metadata
    }

    /// The models as a worker takes them: all ready, none of them to change.
    package var set: ModelSet { ModelSet(models.map { ModelSet.Entry($0) }) }
}
