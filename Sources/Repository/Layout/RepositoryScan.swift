package import SibylInference
package import SibylJSON
package import SibylModel

/// What a repository's folder holds at a moment.
package struct RepositoryScan: Sendable, Equatable {
    /// By name.
    package var models: [ScannedModel]
    /// What lies in the repository and can't be served.
    package var faults: [ModelAbsence]

    package init(models: [ScannedModel] = [], faults: [ModelAbsence] = []) {
        self.models = models
        self.faults = faults
    }
}

/// One model's folder.
package struct ScannedModel: Sendable, Equatable {
    package var name: String
    package var file: ScannedFile
    /// Ascending; nil when the folder can't be read, which says nothing of what is in it.
    package var versions: [ScannedVersion]?
    package var faults: [ModelAbsence]

    package init(
        _ name: String, file: ScannedFile = ScannedFile(), versions: [ScannedVersion]? = [], faults: [ModelAbsence] = []
    ) {
        self.name = name
        self.file = file
        self.versions = versions
        self.faults = faults
    }
}

/// A model's own `model.yaml`.
package struct ScannedFile: Sendable, Equatable {
    package var fingerprint: Fingerprint
    /// Since its last change, as the file system tells.
    package var age: Duration
    package var contents: ModelFile
    /// Why its contents can't be used.
    package var fault: String?

    /// - Parameter age: what has no file has not changed for long.
    package init(
        _ contents: ModelFile = ModelFile(), fingerprint: Fingerprint = Fingerprint(), age: Duration = .seconds(86_400),
        fault: String? = nil
    ) {
        self.contents = contents
        self.fingerprint = fingerprint
        self.age = age
        self.fault = fault
    }
}

/// One version's folder.
package struct ScannedVersion: Sendable, Equatable {
    /// The folder's name; empty for a model that lies in the model's own folder.
    package var folder: String
    /// Nil where only the model itself can tell.
    package var version: SemanticVersion?
    package var path: String
    package var fingerprint: Fingerprint
    /// Since its last change, as the file system tells.
    package var age: Duration
    /// Its own `model.yaml`.
    package var description: JSONValue
    /// Why it can't be loaded.
    package var fault: String?

    package init(
        folder: String, version: SemanticVersion?, path: String, fingerprint: Fingerprint = Fingerprint(),
        age: Duration = .zero, description: JSONValue = .null, fault: String? = nil
    ) {
        self.folder = folder
        self.version = version
        self.path = path
        self.fingerprint = fingerprint
        self.age = age
        self.description = description
        self.fault = fault
    }
}
