internal import SibylCore
internal import SibylInference
internal import SibylModel

/// What one worker serves, by the numbers that dispatches name: a number stays a version's own for as long as it is served,
/// and is never another's later, so that a dispatch which is on its way while things change can't be taken for another's.
struct ModelTable {
    /// A version that is told to go is given this long without a request before it does: brokers send what they have for it, and
    /// what they send later is given back and finds another version.
    static let patience = Instant.Span.seconds(1)
    /// At most so long in all: a broker whose queue for it never ends holds nobody up.
    static let longestLeave = Instant.Span.seconds(30)

    private struct Leave {
        var model: LoadedModel
        var since: Instant
        var lastUsed: Instant
    }

    private let worker: String
    private var serving: [UInt32: LoadedModel] = [:]
    private var leaving: [UInt32: Leave] = [:]
    private var nextPlace: UInt32 = 0
    private(set) var policies: [ModelPolicy] = []
    private(set) var absences: [ModelAbsence] = []

    init(worker: String) {
        self.worker = worker
    }

    /// Takes a set in.
    ///
    /// - Returns: whether there is anything to announce.
    mutating func serve(_ set: ModelSet, at now: Instant) -> Bool {
        var isChanged = set.policies != policies || set.absences != absences
        policies = set.policies
        absences = set.absences
        var staying: Set<UInt32> = []
        for entry in set.entries {
            let former = serving.values.first { $0.isSameVersion(as: entry) }
            let place = former?.place ?? takePlace()
            staying.insert(place)
            if let former, former.generation == entry.generation { continue }
            serving[place] = LoadedModel(entry, place: place, worker: worker)
            isChanged = true
        }
        for (place, model) in serving where !staying.contains(place) {
            serving[place] = nil
            leaving[place] = Leave(model: model, since: now, lastUsed: now)
            isChanged = true
        }
        return isChanged
    }

    private mutating func takePlace() -> UInt32 {
        defer { nextPlace += 1 }
        return nextPlace
    }

    /// The model that a dispatch names; nil when it is not there any more.
    mutating func use(_ place: UInt32, at now: Instant) -> LoadedModel? {
        if let model = serving[place] { return model }
        leaving[place]?.lastUsed = now
        return leaving[place]?.model
    }

    /// Forgets what has left long enough ago.
    ///
    /// - Returns: whether that was anything.
    mutating func releaseLeaving(at now: Instant) -> Bool {
        let count = leaving.count
        leaving = leaving.filter { now < Self.end(of: $0.value) }
        return leaving.count < count
    }

    /// When `releaseLeaving` has something to do.
    var nextDeadline: Instant {
        leaving.values.reduce(.distantFuture) { min($0, Self.end(of: $1)) }
    }

    private static func end(of leave: Leave) -> Instant {
        min(leave.lastUsed + patience, leave.since + longestLeave)
    }

    /// What is said of it to brokers, in the order of the numbers.
    var announced: [WorkerAnnouncement.Model] {
        let places = (Array(serving.keys) + Array(leaving.keys)).sorted()
        return places.compactMap { place in
            if let model = serving[place] { return model.announced }
            guard let leave = leaving[place], !isServed(leave.model) else { return nil }
            var model = leave.model.announced
            model.isLeaving = true
            return model
        }
    }

    /// Whether the same version is served again under another number.
    private func isServed(_ model: LoadedModel) -> Bool {
        serving.values.contains {
            $0.announced.name == model.announced.name && $0.announced.version == model.announced.version
        }
    }
}

extension LoadedModel {
    fileprivate func isSameVersion(as entry: ModelSet.Entry) -> Bool {
        let (own, other) = (model.metadata, entry.model.metadata)
        return own.qualifiedName == other.qualifiedName && own.version == other.version
    }
}
