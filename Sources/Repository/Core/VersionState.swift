internal import SibylInference
internal import SibylJSON
internal import SibylModel

/// Files that are taken once they have stayed the same for a while: a copy that is still under way is not.
struct Settling: Sendable {
    private(set) var fingerprint: Fingerprint
    private(set) var isSettled = false
    private var since: Duration

    /// Files that are seen for the first time.
    ///
    /// - Parameter age: since their last change.
    init(_ fingerprint: Fingerprint, age: Duration, at now: Duration, settle: Duration) {
        self.fingerprint = fingerprint
        since = now - age
        isSettled = age >= settle
    }

    /// - Parameter previous: when they were seen before. What is different now has changed since then, whatever the clock
    ///   of a file system elsewhere says.
    mutating func observe(
        _ fingerprint: Fingerprint, age: Duration, at now: Duration, previous: Duration, settle: Duration
    ) {
        if fingerprint != self.fingerprint {
            self.fingerprint = fingerprint
            since = max(now - age, previous)
        }
        isSettled = now - since >= settle
    }
}

/// What is known of one version.
struct VersionState: Sendable {
    let folder: String
    var files: Settling
    var scanned: ScannedVersion
    /// The fault of its files that the log has told.
    var toldFault: String?
    var isGone = false

    /// What is served.
    var entry: ModelSet.Entry?
    /// What the last load was made from, or is being made.
    var attempted: Fingerprint?
    /// Why it failed.
    var failure: String?
    /// Whether it is code that only another process can load.
    var awaitsProcess = false
    /// What code of this process was loaded from.
    var known: Fingerprint?

    /// An operator's wishes.
    var isUnloaded: Bool
    var isForced = false

    /// For people; empty where it is not known yet.
    var name: String {
        (entry?.model.metadata.version ?? scanned.version)?.description ?? folder
    }

    func isCalled(_ version: String) -> Bool { version == name || version == folder }
}

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
        guard let settings, version.files.isSettled, !version.isGone, !version.isUnloaded, version.scanned.fault == nil
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
