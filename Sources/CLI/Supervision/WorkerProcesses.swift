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
    mutating func workerIsReady(at now: Instant) throws -> Outcome? {
        try run(supervision.workerIsReady(at: now), at: now)
    }
    mutating func tick(at now: Instant) throws -> Outcome? { try run(supervision.tick(at: now), at: now) }
    mutating func stop(at now: Instant) throws -> Outcome? { try run(supervision.stop(at: now), at: now) }

    /// Some children may have ended: one signal may stand for several.
    mutating func childrenEnded(at now: Instant) throws -> Outcome? {
        var outcome: Outcome?
        // Ends with the children that have ended.
        while let (identifier, ending) = ChildProcess.nextEnded() {
            guard let worker = children.first(where: { $0.value.identifier == identifier })?.key else { continue }
            children[worker] = nil
            outcome = try run(supervision.workerEnded(worker, ending, at: now), at: now) ?? outcome
        }
        return outcome
    }

    private mutating func run(_ effects: [Supervision.Effect], at now: Instant) throws -> Outcome? {
        var outcome: Outcome?
        for effect in effects {
            switch effect {
            case .start(let worker): children[worker] = try ChildProcess(arguments: arguments)
            case .willRestart(let worker, let pause, let ending):
                logger.warning("worker \(worker + 1) \(ending); another starts in \(pause.milliseconds) ms")
            case .terminate(let worker): children[worker]?.send(SIGTERM)
            case .kill(let worker):
                logger.warning("worker \(worker + 1) did not stop in time and is killed")
                children[worker]?.send(SIGKILL)
            case .giveUp(let ending): outcome = .gaveUp(ending)
            case .stopped: outcome = .stopped
            }
        }
        return outcome
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
