/// What a request asks for.
public enum Operation: Sendable, Hashable, CaseIterable {
    case list, metadata, predict, cancel, health, stats

    public var wireName: String {
        switch self {
        case .list: "list"
        case .metadata: "metadata"
        case .predict: "predict"
        case .cancel: "cancel"
        case .health: "health"
        case .stats: "stats"
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
