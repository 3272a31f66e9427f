/// Everything that a worker is to serve at a moment. Whoever watches a repository makes a new one when something changes; the
/// worker serves the difference.
public struct ModelSet: Sendable {
    /// One version of one model.
    public struct Entry: Sendable {
        public var model: any InferenceModel
        public var batching: BatchingDescription
        /// Differs for each time that something was loaded: of two entries with the same name and version, one with another
        /// number takes the place of the former.
        public var generation: Int

        public init(_ model: any InferenceModel, batching: BatchingDescription = .init(), generation: Int = 0) {
            self.model = model
            self.batching = batching
            self.generation = generation
        }
    }

    public var entries: [Entry]
    public var policies: [ModelPolicy]
    /// What should be served and is not.
    public var absences: [ModelAbsence]

    public init(_ entries: [Entry] = [], policies: [ModelPolicy] = [], absences: [ModelAbsence] = []) {
        self.entries = entries
        self.policies = policies
        self.absences = absences
    }
}

/// Which version of a model serves a request that does not name one, or names an alias.
public struct ModelPolicy: Sendable, Hashable {
    /// A name that stands for versions, in shares.
    public struct Alias: Sendable, Hashable {
        /// Letters, digits, `_` and `-`, the first a letter, so that it is never taken for a version.
        public var name: String
        public var shares: [Share]

        public init(_ name: String, shares: [Share]) {
            self.name = name
            self.shares = shares
        }
    }

    public struct Share: Sendable, Hashable {
        /// Whole, or a prefix at a dot, which stands for the newest under it.
        public var version: String
        /// From 1 on: how many of the sum of all weights go to it.
        public var weight: Int

        public init(version: String, weight: Int) {
            self.version = version
            self.weight = weight
        }
    }

    public var qualifiedName: String
    /// A version, a prefix at a dot, or an alias; the newest version that is ready when nil.
    public var standard: String?
    public var aliases: [Alias]

    public init(_ qualifiedName: String, standard: String? = nil, aliases: [Alias] = []) {
        self.qualifiedName = qualifiedName
        self.standard = standard
        self.aliases = aliases
    }
}

/// A version that is not served, or not as its folder says now.
public struct ModelAbsence: Sendable, Hashable {
    public enum State: String, Sendable, Hashable {
        /// It is being loaded, warmed up and checked.
        case loading
        /// It could not be; what was served before still is.
        case failed
        /// It was told to go, and its last requests are computed.
        case unloading
    }

    public var qualifiedName: String
    public var version: String
    public var state: State
    /// For a person: what is wrong and what to do; empty unless it failed.
    public var message: String

    public init(_ qualifiedName: String, version: String, state: State, message: String = "") {
        self.qualifiedName = qualifiedName
        self.version = version
        self.state = state
        self.message = message
    }
}
