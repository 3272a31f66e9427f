/// What a request asks for.
public enum Operation: Sendable, Hashable, CaseIterable {
    case list, metadata, predict, cancel, health, stats
    /// Beyond version 1 of the protocol: an operator's wish to load, unload or reload a model of a repository.
    case repository

    public var wireName: String {
        switch self {
        case .list: "list"
        case .metadata: "metadata"
        case .predict: "predict"
        case .cancel: "cancel"
        case .health: "health"
        case .stats: "stats"
        case .repository: "repository"
        }
    }
}

/// Which of two queues a request waits in.
public enum Priority: Sendable, Hashable, CaseIterable {
    case interactive, bulk

    public var wireName: String {
        switch self {
        case .interactive: "interactive"
        case .bulk: "bulk"
        }
    }
}

/// What an operator wants of a model in a repository.
public enum RepositoryAction: String, Sendable, Hashable, CaseIterable {
    /// Serve it, also one that could not be loaded before.
    case load
    /// Serve it no more, until it is to be loaded again.
    case unload
    /// Load it anew, though nothing has changed.
    case reload

    public var wireName: String { rawValue }
}
