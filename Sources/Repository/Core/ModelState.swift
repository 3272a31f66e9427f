internal import SibylInference
internal import SibylModel

/// What is known of one model.
struct ModelState: Sendable {
    let name: String
    var file: Settling
    /// What its `model.yaml` says, as far as it has settled; nil as long as none could be read.
    var settings: ModelFile?
    /// Why the `model.yaml` that is there now can't be used.
    var fileFault: String?
    /// Ascending.
    var versions: [VersionState] = []
    var faults: [ModelAbsence] = []
    /// Whether an operator wants none of it, whatever may come.
    var isUnloaded = false

    /// What a version is to be loaded from; nil when it is not to be loaded.
    func wanted(_ version: VersionState) -> Fingerprint? {
        guard let settings, version.files.isSettled, !version.isUnloaded, version.scanned.fault == nil
        else { return nil }
        let wanted = version.files.fingerprint.combined(with: settings.defaults)
        return version.isForced || version.attempted != wanted ? wanted : nil
    }

    /// Whose callers a version must suit: those of its former generation, else of the newest older version.
    func predecessor(of version: VersionState) -> ModelMetadata? {
        if let entry = version.entry { return entry.model.metadata }
        guard let number = version.scanned.version else { return nil }
        return versions.compactMap { $0.entry?.model.metadata }.filter { $0.version < number }
            .max { $0.version < $1.version }
    }
}
