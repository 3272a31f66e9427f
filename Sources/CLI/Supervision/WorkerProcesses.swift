internal import Glibc
internal import Logging
internal import SibylCore

/// The worker processes of `sibyl serve`: runs what the supervision decides.
struct WorkerProcesses {
    enum Outcome: Equatable {
        /// All were asked to stop and have.
        case stopped
        /// No worker ever got ready.
        case gaveUp(Supervision.Ending)
    }

    private var supervision: Supervision
    private var children: [Int: ChildProcess] = [:]
    private let arguments: [String]
    private let logger: Logger

    /// - Parameter arguments: those of each worker process.
    init(_ policy: Supervision.Policy, arguments: [String], logger: Logger) {
        supervision = Supervision(policy)
        self.arguments = arguments
        self.logger = logger
    }

    var nextDeadline: Instant? { supervision.nextDeadline }

    mutating func begin(at now: Instant) throws -> Outcome? { try run(supervision.begin(at: now), at: now) }
    mutating func tick(at now: Instant) throws -> Outcome? { try run(supervision.tick(at: now), at: now) }
    mutating func replaceAll(at now: Instant) throws -> Outcome? {
        try run(supervision.replaceWorkers(at: now), at: now)
    }
    mutating func close() { supervision.close() }
    mutating func stop(at now: Instant) throws -> Outcome? { try run(supervision.stop(at: now), at: now) }

    /// A worker has joined the broker: one of these, or one of another machine.
    mutating func workerIsReady(process: UInt32, at now: Instant) throws -> Outcome? {
        guard let worker = worker(of: pid_t(bitPattern: process)) else { return nil }
        return try run(supervision.workerIsReady(worker, at: now), at: now)
    }

    /// Some children may have ended: one signal may stand for several.
    mutating func childrenEnded(at now: Instant) throws -> Outcome? {
        var outcome: Outcome?
        // Ends with the children that have ended.
        while let (identifier, ending) = ChildProcess.nextEnded() {
            guard let worker = worker(of: identifier) else { continue }
            outcome = try run(supervision.workerEnded(worker, ending, at: now), at: now) ?? outcome
            // Unless another was started in its place.
            if children[worker]?.identifier == identifier { children[worker] = nil }
        }
        return outcome
    }

    private func worker(of identifier: pid_t) -> Int? {
        children.first { $0.value.identifier == identifier }?.key
    }

    // MARK: - Effects

    private mutating func run(_ effects: [Supervision.Effect], at now: Instant) throws -> Outcome? {
        var outcome: Outcome?
        for effect in effects {
            switch effect {
            case .start(let worker): children[worker] = try ChildProcess(arguments: arguments)
            case .willRestart(let worker, let pause, let ending):
                logger.warning("\(name(worker)) \(ending); another starts in \(pause.milliseconds) ms")
            case .terminate(let worker): children[worker]?.send(SIGTERM)
            case .kill(let worker):
                logger.warning("\(name(worker)) did not stop in time and is killed")
                children[worker]?.send(SIGKILL)
            case .giveUp(let ending): outcome = .gaveUp(ending)
            case .stopped: outcome = .stopped
            case .note(let note): log(note)
            }
        }
        return outcome
    }

    /// As the worker calls itself, so that its own lines and the broker's are found.
    private func name(_ worker: Int) -> String {
        children[worker].map { "worker-\($0.identifier)" } ?? "a worker"
    }

    private func log(_ note: Supervision.RollNote) {
        let stay = "; the workers that were there go on serving, and SIGHUP tries again"
        switch note {
        case .began(let workers):
            logger.info("replacing \(workers == 1 ? "the worker" : "\(workers) workers, one by one")")
        case .postponed: logger.info("workers are being replaced; once that is done they will be once more")
        case .handingOver(let old, let new):
            logger.info("\(name(new)) is ready; \(name(old)) answers what it has and leaves")
        case .finished: logger.info("all workers are replaced")
        case .givenUp(let ending, _) where ending.isConfigurationFault:
            logger.error("workers are not replaced: a new one can't use its configuration, as told above\(stay)")
        case .givenUp(let ending, let attempts):
            logger.error("workers are not replaced: \(attempts) new ones never got ready, the last \(ending)\(stay)")
        case .tooSlow(let span):
            logger.error(
                "workers are not replaced: a new one was not ready after \(span.milliseconds / 1_000) s\(stay)")
        }
    }
}

extension Supervision.Ending: CustomStringConvertible {
    var description: String {
        switch self {
        case .exited(let status): "left with exit status \(status)"
        case .signalled(let number): "was ended by signal \(number)"
        }
    }
}
