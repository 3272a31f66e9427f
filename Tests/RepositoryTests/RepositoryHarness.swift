import SibylInference
import SibylModel

@testable import SibylRepository

/// A core under test with its clock, a made-up repository, and what the core does as text: a transcript is a row of calls.
final class RepositoryHarness {
    static let settle = Duration.seconds(2)

    private var core = RepositoryCore(settle: settle)
    private(set) var now = Duration.seconds(1_000)
    private var models: [ScannedModel] = []
    private var faults: [ModelAbsence] = []
    /// The load that was asked for last, until it has come to its end.
    private(set) var order: LoadOrder?

    // MARK: - The repository

    /// Makes or changes a version's folder.
    ///
    /// - Parameters:
    ///   - contents: any number that stands for what is in it.
    ///   - age: in seconds, as its file system says.
    func put(_ name: String, _ folder: String, contents: Int = 1, age: Int = 60, fault: String? = nil) {
        remove(name, folder)
        let version = ScannedVersion(
            folder: folder, version: SemanticVersion(folder) ?? SemanticVersion(folder + ".0.0"),
            path: "\(name)/\(folder)", fingerprint: Fingerprint(contents), age: .seconds(age), fault: fault)
        change(name) { $0.versions = (($0.versions ?? []) + [version]).sorted { $0.folder < $1.folder } }
    }

    func remove(_ name: String, _ folder: String) {
        change(name) { $0.versions?.removeAll { $0.folder == folder } }
    }

    /// Makes or changes a model's own file.
    func write(_ name: String, _ file: ModelFile, contents: Int = 1, age: Int = 60, fault: String? = nil) {
        change(name) {
            $0.file = ScannedFile(file, fingerprint: Fingerprint(contents), age: .seconds(age), fault: fault)
        }
    }

    func remove(_ name: String) {
        models.removeAll { $0.name == name }
    }

    /// The model's folder can't be read.
    func lock(_ name: String) {
        change(name) { model in
            model.versions = nil
            model.faults = [.fault(name, "can't be read")]
        }
    }

    func unlock(_ model: ScannedModel) {
        remove(model.name)
        models.append(model)
    }

    func model(_ name: String) -> ScannedModel { models.first { $0.name == name } ?? ScannedModel(name) }

    private func change(_ name: String, _ body: (inout ScannedModel) -> Void) {
        var model = model(name)
        body(&model)
        models.removeAll { $0.name == name }
        models.append(model)
        models.sort { $0.name < $1.name }
    }

    // MARK: - Events

    /// So many seconds later somebody looks.
    @discardableResult
    func look(after seconds: Double = 0) -> [String] {
        now += .seconds(seconds)
        return send(.scanned(RepositoryScan(models: models, faults: faults)))
    }

    /// Somebody looks, and again when all has settled that was there.
    ///
    /// - Returns: what follows from the second look.
    @discardableResult
    func settle() -> [String] {
        look(after: 1)
        return look(after: 2)
    }

    /// The load that is going on has come to its end.
    @discardableResult
    func finish(_ failure: String? = nil, version: SemanticVersion? = nil, after seconds: Double = 0) -> [String] {
        now += .seconds(seconds)
        guard let order else { return ["nothing is being loaded"] }
        let loaded = StubModel(order.name, version ?? order.version ?? "1.0.0")
        return end(failure.map { .failed($0) } ?? .loaded(ModelSet.Entry(loaded)))
    }

    func needNewProcess() -> [String] { end(.needsNewProcess) }

    private func end(_ result: LoadResult) -> [String] {
        guard let order else { return ["nothing is being loaded"] }
        self.order = nil
        return send(.finished(order, result))
    }

    func wish(_ action: RepositoryWish.Action, _ name: String, _ version: String? = nil, number: Int = 1) -> [String] {
        send(.wish(RepositoryWish(action, name, version: version), number: number))
    }

    func send(_ event: RepositoryEvent) -> [String] {
        var effects: [RepositoryEffect] = []
        core.handle(event, at: now, into: &effects)
        for effect in effects { if case .load(let order) = effect { self.order = order } }
        return effects.compactMap(\.transcript)
    }
}

/// What a model is to a core: a name and a version.
private struct StubModel: InferenceModel {
    let metadata: ModelMetadata
    let tensors = TensorSignature(inputs: [], outputs: [])

    init(_ name: String, _ version: SemanticVersion) {
        metadata = ModelMetadata(
            displayName: name, qualifiedName: name, description: "", version: version,
            inputSchema: JSONSchema(true), outputSchema: JSONSchema(true))
    }

    func predict(_ payloads: [Payload], into outcomes: inout PredictionOutcomes) {}
}

extension RepositoryEffect {
    /// Nil for the notes that only repeat what the other effects tell.
    fileprivate var transcript: String? {
        switch self {
        case .load(let order):
            let predecessor = order.predecessor.map { " after \($0.version)" } ?? ""
            return "load \(order.name) \(order.folder)\(predecessor)\(order.mayLoadCode ? "" : ", no code")"
        case .publish(let set): return "serve " + set.transcript
        case .needsNewProcess(let name, let version): return "new process for \(name) \(version)"
        case .answer(let number, let outcome): return "answer \(number): \(outcome)"
        case .note(.loaded), .note(.needsNewProcess): return nil
        case .note(let note): return "note \(note)"
        }
    }
}

extension ModelSet {
    /// Each entry with its generation, then what is not served, then what names stand for.
    fileprivate var transcript: String {
        let entries = entries.map {
            "\($0.model.metadata.qualifiedName) \($0.model.metadata.version)#\($0.generation)"
        }
        let absences = absences.map {
            "\($0.state) \($0.qualifiedName) \($0.version)" + ($0.message.isEmpty ? "" : " (\($0.message))")
        }
        let policies = policies.map { policy in
            "\(policy.qualifiedName) is \(policy.standard ?? "newest")"
                + policy.aliases.map { " \($0.name)=" + $0.shares.map(\.version).joined(separator: "+") }.joined()
        }
        let all = entries + absences + policies
        return all.isEmpty ? "nothing" : all.joined(separator: ", ")
    }
}
