internal import Glibc
internal import Logging
internal import SibylInference
internal import SibylJSON
internal import SibylModel
internal import SibylONNX
internal import SibylRepository
internal import SibylTransport
internal import SibylWorker
internal import Synchronization

/// A worker's models out of a watched folder, beside those that its configuration names.
final class RepositoryModels: ModelProvider {
    private let configuration: RepositoryConfiguration
    private let library: ONNXLibraryLocations
    private let sources: [ModelSource]
    private let logger: Logger
    /// Told when a plug-in needs a new process.
    private let needsNewProcess: @Sendable () -> Void
    private let watcher = Mutex<RepositoryWatcher?>(nil)

    /// - Parameters:
    ///   - sources: models besides, which never change.
    ///   - needsNewProcess: called each time that a plug-in came or changed, which this process can't load.
    init(
        _ configuration: RepositoryConfiguration, library: ONNXLibraryLocations, besides sources: [ModelSource],
        logger: Logger, needsNewProcess: @escaping @Sendable () -> Void
    ) {
        self.configuration = configuration
        self.library = library
        self.sources = sources
        self.logger = logger
        self.needsNewProcess = needsNewProcess
    }

    func start(publish: @escaping @Sendable (ModelSet) -> Void) throws -> ModelSet {
        let fixed = try ModelManager(sources).set
        let first = Handshake<ModelSet>()
        let isStarted = Atomic(false)
        let needsNewProcess = needsNewProcess
        let reports = RepositoryWatcher.Reports(
            publish: { set in
                let all = fixed.joined(by: set)
                if isStarted.exchange(true, ordering: .relaxed) { publish(all) } else { first.give(all) }
            },
            needsNewProcess: { _, _ in needsNewProcess() })
        let loader = VersionLoader(
            library: library, plugin: ModelSource.pluginLoader,
            decorate: { [logger] (model, description, folder) throws(ModelLoadError) in
                try DecoratorStack(description, folder: folder) { logger.warning("\($0)") }.decorate(model)
            })
        let started = try RepositoryWatcher(configuration, loader: loader, logger: logger, reports: reports)
        watcher.withLock { $0 = started }
        return first.wait()
    }

    func carryOut(_ wish: [UInt8]) {
        guard let json = try? JSONValue(parsing: wish), let model = json["model"]?.string,
            let action = json["action"]?.string.flatMap(RepositoryWish.Action.init(rawValue:))
        else { return logger.warning("a broker passed on what is no wish about models") }
        let version = json["version"]?.string
        let logger = logger
        let words = "\(action.rawValue) of \(model)\(version.map { " " + $0 } ?? "")"
        watcher.withLock { watcher in
            watcher?.carryOut(RepositoryWish(action, model, version: version)) { outcome in
                switch outcome {
                case .done: logger.info("\(words): done")
                case .needsNewProcess: logger.info("\(words): a plug-in waits for a new worker process")
                case .failed(let reason): logger.warning("\(words): \(reason)")
                }
            }
        }
    }

    func stop() {
        watcher.withLock { $0.take() }?.stop()
    }
}

extension ModelSet {
    /// These, which never change, and those of a repository, of which none may be one of these.
    fileprivate func joined(by repository: ModelSet) -> ModelSet {
        var all = repository
        let own = entries.map { $0.model.metadata }
        for entry in repository.entries {
            let metadata = entry.model.metadata
            guard own.contains(where: { $0.qualifiedName == metadata.qualifiedName && $0.version == metadata.version })
            else { continue }
            all.absences.append(
                ModelAbsence(
                    metadata.qualifiedName, version: metadata.version.description, state: .failed,
                    message: "the configuration's `models` have this version already; remove one of the two"))
        }
        all.entries.removeAll { entry in
            own.contains {
                $0.qualifiedName == entry.model.metadata.qualifiedName && $0.version == entry.model.metadata.version
            }
        }
        all.entries += entries
        return all
    }
}

extension RepositoryConfiguration {
    init(_ path: String, _ settings: Settings) {
        self.init(path)
        interval = settings.integer(ConfigurationKeys.repositoryScan).map { .milliseconds($0) } ?? interval
        settle = settings.integer(ConfigurationKeys.repositorySettle).map { .milliseconds($0) } ?? settle
    }
}
