package import SibylInference
package import SibylJSON
package import SibylModel

/// What happens to a repository.
package enum RepositoryEvent: Sendable {
    case scanned(RepositoryScan)
    /// The repository's folder itself can't be read: nothing is known of what is in it.
    case unreadable(String)
    /// The load that was asked for has come to its end.
    case finished(LoadOrder, LoadResult)
    /// An operator wants something; the answer bears the number.
    case wish(RepositoryWish, number: Int)
}

/// What an operator wants of the versions of a model.
package struct RepositoryWish: Sendable, Hashable {
    package enum Action: String, Sendable, Hashable {
        /// Serve it, if it is not served yet. One that failed is tried again.
        case load
        /// Serve it no longer, until it is to be loaded again.
        case unload
        /// Load it anew, though nothing has changed.
        case reload
    }

    package var action: Action
    package var name: String
    /// A version, or its folder's name; all of the model's when nil, for `unload` those too that are yet to come.
    package var version: String?

    package init(_ action: Action, _ name: String, version: String? = nil) {
        self.action = action
        self.name = name
        self.version = version
    }
}

/// What has become of a wish.
package enum WishOutcome: Sendable, Hashable {
    case done
    /// A plug-in is loaded by new worker processes alone.
    case needsNewProcess
    /// It could not be fulfilled, for that reason.
    case failed(String)
}

/// A version to load.
package struct LoadOrder: Sendable, Equatable {
    package var name: String
    /// The folder's name; empty for a model without folders of versions.
    package var folder: String
    /// Nil where only the model itself can tell.
    package var version: SemanticVersion?
    package var path: String
    /// The members of `model.yaml`, those included that it inherits.
    package var description: JSONValue
    /// Of all that goes into the load.
    package var fingerprint: Fingerprint
    /// Whose callers the version must suit.
    package var predecessor: ModelMetadata?
    /// Whether code may be loaded: what a process has loaded of it can't be replaced.
    package var mayLoadCode: Bool

    package init(
        _ name: String, folder: String, version: SemanticVersion?, path: String, description: JSONValue = .null,
        fingerprint: Fingerprint = Fingerprint(), predecessor: ModelMetadata? = nil, mayLoadCode: Bool = true
    ) {
        self.name = name
        self.folder = folder
        self.version = version
        self.path = path
        self.description = description
        self.fingerprint = fingerprint
        self.predecessor = predecessor
        self.mayLoadCode = mayLoadCode
    }
}

package enum LoadResult: Sendable {
    /// - Parameter remarks: what an operator should know of it.
    case loaded(ModelSet.Entry, remarks: [String] = [])
    /// It is code, which this process may not load any more.
    case needsNewProcess
    case failed(String)
}
