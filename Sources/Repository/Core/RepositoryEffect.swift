package import SibylInference

/// What is to be done about a repository. The shell runs effects in order.
package enum RepositoryEffect: Sendable {
    /// Load a version, and tell how it went. There is one such at a time.
    case load(LoadOrder)
    /// Serve this from now on.
    case publish(ModelSet)
    /// Have a new process load a plug-in that has come or changed.
    case needsNewProcess(name: String, version: String)
    case answer(wish: Int, WishOutcome)
    case note(RepositoryNote)
}

/// What an operator may want to read in the log.
package enum RepositoryNote: Sendable, Equatable {
    /// - Parameter isReplacement: whether an older generation of the version goes.
    case loaded(name: String, version: String, took: Duration, isReplacement: Bool, remarks: [String])
    /// - Parameter isServed: whether an older generation of the version is served on.
    case failed(name: String, version: String, String, isServed: Bool)
    /// By an operator's wish.
    case unloaded(name: String, version: String)
    /// Its folder is gone.
    case removed(name: String, version: String)
    case needsNewProcess(name: String, version: String)
    /// Which version serves what has changed.
    case policyChanged(name: String)
    /// Something in the repository can't be served.
    case fault(ModelAbsence)
    /// The repository's folder can't be read; all is served on.
    case unreadable(String)
}
