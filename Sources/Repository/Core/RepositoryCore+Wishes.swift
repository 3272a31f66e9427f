internal import SibylInference

/// A wish that is not answered yet.
struct PendingWish: Sendable {
    var number: Int
    var name: String
    /// Folders of the versions that it is about.
    var folders: [String]
}

/// What operators want.
extension RepositoryCore {
    /// Wishes that may wait for their loads at a time. People make them; a program that makes more gets them refused.
    static let mostWishes = 64

    mutating func accept(_ wish: RepositoryWish, _ number: Int, into effects: inout [RepositoryEffect]) {
        guard let model = models.firstIndex(where: { $0.name == wish.name }) else {
            let names = models.isEmpty ? "it has none" : "it has " + models.map(\.name).joined(separator: ", ")
            return refuse(number, "there is no model \(wish.name) in the repository; \(names)", &effects)
        }
        let places = models[model].versions.indices.filter { place in
            wish.version.map { models[model].versions[place].isCalled($0) } ?? true
        }
        if let version = wish.version, places.isEmpty {
            let names = models[model].versions.map(\.name).joined(separator: ", ")
            let known = names.isEmpty ? "it has none" : "it has \(names)"
            return refuse(number, "\(wish.name) has no version \(version) in the repository; \(known)", &effects)
        }
        if wishes.count >= Self.mostWishes {
            return refuse(number, "\(Self.mostWishes) wishes wait for their loads already; try again later", &effects)
        }
        if wish.version == nil { models[model].isUnloaded = wish.action == .unload }
        for place in places { apply(wish.action, model, place, into: &effects) }
        wishes.append(
            PendingWish(number: number, name: wish.name, folders: places.map { models[model].versions[$0].folder }))
    }

    private func refuse(_ number: Int, _ reason: String, _ effects: inout [RepositoryEffect]) {
        effects.append(.answer(wish: number, .failed(reason)))
    }

    private mutating func apply(
        _ action: RepositoryWish.Action, _ model: Int, _ place: Int, into effects: inout [RepositoryEffect]
    ) {
        let version = models[model].versions[place]
        models[model].versions[place].apply(action)
        if action == .unload, version.entry != nil {
            effects.append(.note(.unloaded(name: models[model].name, version: version.name)))
        }
    }

    // MARK: - Answers

    /// Answers the wishes whose versions are at rest.
    mutating func answerWishes(into effects: inout [RepositoryEffect]) {
        var waiting: [PendingWish] = []
        for wish in wishes {
            if let outcome = outcome(of: wish) {
                effects.append(.answer(wish: wish.number, outcome))
            } else {
                waiting.append(wish)
            }
        }
        wishes = waiting
    }

    /// Nil while something is still to come.
    private func outcome(of wish: PendingWish) -> WishOutcome? {
        guard let model = models.first(where: { $0.name == wish.name }) else {
            return .failed("\(wish.name) has gone from the repository meanwhile")
        }
        var failures: [String] = []
        var needsNewProcess = false
        for folder in wish.folders {
            guard let version = model.versions.first(where: { $0.folder == folder }) else {
                failures.append("\(folder) has gone from the repository meanwhile")
                continue
            }
            if version.isUnloaded { continue }
            let isResting = version.files.isSettled && model.file.isSettled && model.wanted(version) == nil
            if isLoading(model, version) || !isResting { return nil }
            needsNewProcess = needsNewProcess || version.awaitsProcess
            let isLost = model.settings == nil ? model.fileFault : nil
            if let failure = version.scanned.fault ?? version.failure ?? isLost {
                failures.append("\(wish.name) \(version.name): \(failure)")
            }
        }
        if !failures.isEmpty { return .failed(failures.joined(separator: "; ")) }
        return needsNewProcess ? .needsNewProcess : .done
    }
}
