internal import Glibc
internal import Logging
internal import SibylInference
internal import SibylModel
internal import SibylTransport

/// The loop around a repository's core: looks at the folder, loads, and does what the core says. One thread has it.
final class RepositoryLoop {
    private let configuration: RepositoryConfiguration
    private let loader: VersionLoader
    private let logger: Logger
    private let reports: RepositoryWatcher.Reports
    private let channel: WatcherChannel

    private var core: RepositoryCore
    private var scanner: RepositoryScanner
    private var effects: [RepositoryEffect] = []
    private var nextLoad: LoadOrder?
    private var nextScan: Duration = .zero
    private var requests: [WatcherChannel.Request] = []
    private var answers: [Int: @Sendable (WishOutcome) -> Void] = [:]
    private var lastWish = 0

    init(
        _ configuration: RepositoryConfiguration, loader: VersionLoader, logger: Logger,
        reports: RepositoryWatcher.Reports, channel: WatcherChannel
    ) {
        self.configuration = configuration
        self.loader = loader
        self.logger = logger
        self.reports = reports
        self.channel = channel
        core = RepositoryCore(settle: configuration.settle)
        scanner = RepositoryScanner(configuration.path, limits: configuration.limits)
    }

    /// - Throws: `ModelLoadError` when the folder can't be read, which is a mistake in its path as a rule.
    static func firstScan(of configuration: RepositoryConfiguration) throws(ModelLoadError) -> RepositoryScan {
        var scanner = RepositoryScanner(configuration.path, limits: configuration.limits)
        return try scanner.scan(at: wallClock())
    }

    func run(_ first: RepositoryScan) {
        handle(.scanned(first))
        nextScan = now() + configuration.interval
        // Until somebody asks for its end.
        while !channel.isStopped {
            if now() >= nextScan { scan() }
            takeRequests()
            if let order = nextLoad {
                nextLoad = nil
                handle(.finished(order, loader.result(of: order)))
            } else {
                wait()
            }
        }
        for request in channel.mailbox.close() { request.answer(WatcherChannel.ended) }
        for answer in answers.values { answer(WatcherChannel.ended) }
    }

    private func scan() {
        do {
            handle(.scanned(try scanner.scan(at: Self.wallClock())))
        } catch {
            handle(.unreadable(error.description))
        }
        // Counted from the end, so that a folder that takes long to look through is not looked through all the time.
        nextScan = now() + configuration.interval
    }

    private func takeRequests() {
        channel.mailbox.drain(into: &requests)
        if requests.isEmpty { return }
        // Whoever wishes has just changed the folder, as often as not. It is looked at once for all that wait.
        scan()
        for request in requests {
            lastWish += 1
            answers[lastWish] = request.answer
            handle(.wish(request.wish, number: lastWish))
        }
        requests.removeAll(keepingCapacity: true)
    }

    private func handle(_ event: RepositoryEvent) {
        core.handle(event, at: now(), into: &effects)
        for effect in effects { perform(effect) }
        effects.removeAll(keepingCapacity: true)
    }

    private func perform(_ effect: RepositoryEffect) {
        switch effect {
        case .load(let order): nextLoad = order
        case .publish(let set): reports.publish(set)
        case .needsNewProcess(let name, let version): reports.needsNewProcess(name, version)
        case .answer(let number, let outcome): answers.removeValue(forKey: number)?(outcome)
        case .note(let note): note.log(to: logger)
        }
    }

    // MARK: - Time

    /// Sleeps until the next look at the folder, or until somebody sends something.
    private func wait() {
        let left = (nextScan - now()) / .milliseconds(1)
        guard left > 0 else { return }
        var descriptor = pollfd(fd: channel.mailbox.wakeup.descriptor, events: Int16(POLLIN), revents: 0)
        // Rounded up, so that it does not wake too early again and again.
        _ = poll(&descriptor, 1, Int32(min(left.rounded(.up), 1_000_000)))
    }

    private func now() -> Duration { .nanoseconds(MonotonicClock.nanoseconds()) }

    /// Nanoseconds since 1970.
    private static func wallClock() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

extension RepositoryNote {
    func log(to logger: Logger) {
        switch self {
        case .loaded(let name, let version, let took, let isReplacement, let remarks):
            let milliseconds = Int((took / .milliseconds(1)).rounded())
            logger.info("loaded \(name) \(version)\(isReplacement ? " anew" : "") in \(milliseconds) ms")
            for remark in remarks { logger.notice("\(name) \(version): \(remark)") }
        case .failed(let name, let version, let reason, let isServed):
            let consequence = isServed ? "; what was loaded before is served on" : ""
            logger.error("\(name) \(version) can't be loaded: \(reason)\(consequence)")
        case .unloaded(let name, let version): logger.info("unloaded \(name) \(version), as was asked for")
        case .removed(let name, let version): logger.info("unloaded \(name) \(version): its folder is gone")
        case .needsNewProcess(let name, let version):
            logger.info("\(name) \(version) is a plug-in: it waits for a new worker process")
        case .policyChanged(let name): logger.info("\(name) has another default or other aliases")
        case .fault(let fault):
            let name = fault.version.isEmpty ? fault.qualifiedName : "\(fault.qualifiedName) \(fault.version)"
            logger.error("\(name) can't be served: \(fault.message)")
        case .unreadable(let reason): logger.error("\(reason); all models are served on")
        }
    }
}
