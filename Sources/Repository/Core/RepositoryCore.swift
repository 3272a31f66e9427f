package import SibylInference
internal import SibylJSON
internal import SibylModel

/// Which versions of a repository are loaded, replaced and dropped, as a pure state machine: scans, results of loads and
/// wishes in, effects out, time as a parameter.
///
/// A version is loaded once its files have settled. What is loaded stays until something else has taken its place, or its
/// folder has been gone for as long as files take to settle. What failed is not tried again before it changes, or before
/// somebody asks for it.
package struct RepositoryCore: Sendable {
    let settle: Duration
    /// By name.
    var models: [ModelState] = []
    var faults: [ModelAbsence] = []
    var loading: (order: LoadOrder, since: Duration)?
    var wishes: [PendingWish] = []
    private var generation = 0

    /// Of the first scan.
    private var beginning: Duration?
    var hasLooked: Bool { beginning != nil }
    /// Whether what was there at the beginning is still being loaded; nothing is published before.
    package private(set) var isStarting = true
    private var published: Contents?
    private var isUnreadable = false

    /// - Parameter settle: how long files must have stayed the same to be taken.
    package init(settle: Duration) {
        self.settle = settle
    }

    /// - Parameter now: since some moment that stays the same.
    package mutating func handle(
        _ event: RepositoryEvent, at now: Duration, into effects: inout [RepositoryEffect]
    ) {
        switch event {
        case .scanned(let scan):
            isUnreadable = false
            take(scan, at: now, into: &effects)
            beginning = beginning ?? now
        case .unreadable(let reason):
            if !isUnreadable { effects.append(.note(.unreadable(reason))) }
            isUnreadable = true
        case .finished(let order, let result): finish(order, result, at: now, into: &effects)
        case .wish(let wish, let number): accept(wish, number, into: &effects)
        }
        loadNext(at: now, into: &effects)
        endStart(at: now)
        publish(into: &effects)
        answerWishes(into: &effects)
    }

    // MARK: - Loads

    private mutating func loadNext(at now: Duration, into effects: inout [RepositoryEffect]) {
        guard loading == nil else { return }
        for model in models.indices {
            for version in models[model].versions.indices {
                guard let fingerprint = models[model].wanted(models[model].versions[version]) else { continue }
                let order = order(for: models[model].versions[version], of: models[model], fingerprint)
                models[model].versions[version].begin(fingerprint)
                loading = (order, now)
                return effects.append(.load(order))
            }
        }
    }

    private func order(for version: VersionState, of model: ModelState, _ fingerprint: Fingerprint) -> LoadOrder {
        LoadOrder(
            model.name, folder: version.folder, version: version.scanned.version, path: version.scanned.path,
            description: Inheritance.merged(model.settings?.defaults ?? [:], with: version.scanned.description),
            fingerprint: fingerprint, predecessor: model.predecessor(of: version),
            mayLoadCode: isStarting || version.known == fingerprint)
    }

    private mutating func finish(
        _ order: LoadOrder, _ result: LoadResult, at now: Duration, into effects: inout [RepositoryEffect]
    ) {
        let took = now - (loading?.since ?? now)
        loading = nil
        // What has gone or was unloaded meanwhile is dropped.
        guard let (model, place) = place(of: order), !models[model].versions[place].isUnloaded else { return }
        let isServed = models[model].versions[place].entry != nil
        generation += 1
        models[model].versions[place].finish(order, result, generation: generation)
        let (name, version) = (order.name, models[model].versions[place].name)
        switch result {
        case .loaded(_, let remarks):
            effects.append(
                .note(
                    .loaded(name: name, version: version, took: took, isReplacement: isServed, remarks: remarks)))
        case .needsNewProcess:
            effects.append(.note(.needsNewProcess(name: name, version: version)))
            effects.append(.needsNewProcess(name: name, version: version))
        case .failed(let reason):
            effects.append(.note(.failed(name: name, version: version, reason, isServed: isServed)))
        }
    }

    private func place(of order: LoadOrder) -> (model: Int, version: Int)? {
        guard let model = models.firstIndex(where: { $0.name == order.name }) else { return nil }
        let version = models[model].versions.firstIndex { $0.folder == order.folder }
        return version.map { (model, $0) }
    }

    func isLoading(_ model: ModelState, _ version: VersionState) -> Bool {
        loading?.order.name == model.name && loading?.order.folder == version.folder
    }

    /// Waiting for files that are still changing has an end.
    private mutating func endStart(at now: Duration) {
        guard isStarting, let beginning, loading == nil else { return }
        let isUnsettled = models.contains { model in
            !model.file.isSettled || model.versions.contains { !$0.files.isSettled }
        }
        if !isUnsettled || now - beginning >= settle { isStarting = false }
    }

    // MARK: - The set

    /// What tells one set from another.
    private struct Contents: Equatable {
        var generations: [Int]
        var policies: [ModelPolicy]
        var absences: [ModelAbsence]
    }

    private mutating func publish(into effects: inout [RepositoryEffect]) {
        if isStarting { return }
        let set = set
        let contents = Contents(
            generations: set.entries.map(\.generation), policies: set.policies, absences: set.absences)
        if contents == published { return }
        published = contents
        effects.append(.publish(set))
    }

    /// What is to be served now.
    package var set: ModelSet {
        ModelSet(
            models.flatMap { $0.versions.compactMap(\.entry) },
            policies: models.compactMap { $0.settings?.policy(of: $0.name) },
            absences: faults + models.flatMap(absences))
    }

    private func absences(of model: ModelState) -> [ModelAbsence] {
        let file = model.fileFault.map { [ModelAbsence.fault(model.name, $0)] } ?? []
        return file + model.faults + model.versions.compactMap { absence(of: $0, model) }
    }

    private func absence(of version: VersionState, _ model: ModelState) -> ModelAbsence? {
        func absence(_ state: ModelAbsence.State, _ message: String = "") -> ModelAbsence {
            ModelAbsence(model.name, version: version.name, state: state, message: message)
        }
        if version.isUnloaded { return nil }
        if isLoading(model, version) || model.wanted(version) != nil { return absence(.loading) }
        if version.awaitsProcess {
            return absence(.loading, "a plug-in is loaded when a worker starts: it waits for a new worker process")
        }
        if version.files.isSettled, let fault = version.scanned.fault { return absence(.failed, fault) }
        return version.failure.map { absence(.failed, $0) }
    }
}
