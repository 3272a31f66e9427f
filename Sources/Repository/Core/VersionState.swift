internal import SibylInference
internal import SibylJSON
internal import SibylModel

/// What is known of one version.
struct VersionState: Sendable {
    let folder: String
    var files: Settling
    var scanned: ScannedVersion
    /// The fault of its files that the log has told.
    var toldFault: String?

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

    // MARK: - Changes

    /// A fault of its files that the log has not told yet.
    mutating func newFault() -> String? {
        guard files.isSettled, toldFault != scanned.fault else { return nil }
        toldFault = scanned.fault
        return toldFault
    }

    /// A load begins.
    mutating func begin(_ fingerprint: Fingerprint) {
        attempted = fingerprint
        isForced = false
    }

    /// The load has come to its end.
    mutating func finish(_ order: LoadOrder, _ result: LoadResult, generation: Int) {
        failure = nil
        awaitsProcess = false
        switch result {
        case .loaded(var loaded, _):
            loaded.generation = generation
            entry = loaded
            known = order.fingerprint
        case .needsNewProcess: awaitsProcess = true
        case .failed(let reason): failure = reason
        }
    }

    mutating func apply(_ action: RepositoryWish.Action) {
        isUnloaded = action == .unload
        isForced = action == .reload
        switch action {
        case .load:
            if failure != nil { attempted = nil }
        case .unload:
            entry = nil
            attempted = nil
            failure = nil
            awaitsProcess = false
        case .reload: break
        }
    }
}
