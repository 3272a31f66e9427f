internal import SibylInference
public import SibylModel

/// Remembers the answers of a model that gives the same output for the same input each time.
///
/// - What is the same: inputs that are equal as JSON values, whatever the order of their members, the spelling of their
///   numbers and their white space. The whole input is compared, not its hash alone. Infer requests are the same when
///   they are equal in JSON, their ids included, and in the bytes of their tensors.
/// - What is kept: outputs, those least recently asked for going first. Errors are not.
/// - Single flight: of equal inputs that are asked for at once, on one thread or several, the first is computed and the
///   others wait for it. Where it fails they get its error: they asked for the same at the same time, and would have the
///   model fail once more for each of them. Who asks later has it computed anew.
/// - Versions: each model has a cache of its own, which goes with it. A new version, or the same one loaded anew, begins
///   with nothing.
public struct ResponseCache: ModelDecorator {
    /// How many answers are kept at most.
    public var entries: Int
    /// How many bytes these may take, their inputs included; an answer that takes more by itself is not kept.
    public var bytes: Int

    public init(entries: Int = 1000, bytes: Int = 64 << 20) {
        self.entries = entries
        self.bytes = bytes
    }

    /// - Returns: a `CachedModel`, which tells what its cache does.
    public func decorate(_ model: any ServedModel) -> any ServedModel {
        CachedModel(
            model as? any InferenceModel ?? RecordInference(model), store: ResponseStore(entries: entries, bytes: bytes)
        )
    }
}

/// What a cache has done so far, and what it holds.
public struct CacheCounters: Sendable, Hashable {
    /// Payloads answered from what was kept.
    public internal(set) var hits = 0
    /// Payloads that the model computed.
    public internal(set) var misses = 0
    /// Payloads that waited for an equal one to be computed.
    public internal(set) var joined = 0
    /// Payloads that the model got without a look, since they are no JSON.
    public internal(set) var passed = 0
    /// Answers that had to go for others.
    public internal(set) var evictions = 0
    /// Answers that are kept now, and their bytes.
    public internal(set) var entries = 0
    public internal(set) var bytes = 0
}
