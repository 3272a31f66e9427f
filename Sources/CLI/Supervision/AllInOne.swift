internal import CZeroMQ
internal import Glibc
internal import Logging
internal import SibylBroker
internal import SibylCore
internal import SibylTransport

/// A broker in this process and workers in processes of their own, from start to drained.
struct AllInOne: ~Copyable {
    private enum Event: Sendable {
        /// A worker joined the broker: its process, and what it serves.
        case workerJoined(process: UInt32, models: [String])
        case brokerEnded
    }

    /// Workers join a few times a minute, and are told of at once. Beyond this, notices are dropped: a successor that was
    /// not noticed is given up in time.
    private static let eventCapacity = 1024

    private let folder: PrivateFolder
    private let broker: RunningBroker
    private let workerCount: Int
    private let terminal = ControllingTerminal()
    private var queue: EventQueue<Event>
    private var workers: WorkerProcesses
    private var isReady = false
    private var isStopping = false

    init(_ settings: Settings, workerArguments: [String]) throws {
        // The queue before any thread: the broker's must not take the signals.
        let signals = [SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD]
        let queue = EventQueue<Event>(signals: signals, capacity: Self.eventCapacity)
        let folder = try PrivateFolder()
        let backend = settings.text(ConfigurationKeys.brokerBackend) ?? folder.endpoint
        let mailbox = queue.mailbox
        let broker = try RunningBroker(
            BrokerConfiguration(settings, backend: backend), settings.logger("broker"), tell: mailbox,
            Event.brokerEnded
        ) { note in
            guard case .workerJoined(_, let process, let models, _) = note else { return }
            _ = mailbox.send(.workerJoined(process: process, models: models))
        }
        var policy = Supervision.Policy()
        policy.workers = settings.integer(ConfigurationKeys.serveWorkers) ?? Int(sibyl_usable_cores())
        policy.stopTimeout = Self.stopTimeout(settings)
        let arguments = ["worker", "--connect", broker.backend, "--parent", "\(getpid())"] + workerArguments
        workers = WorkerProcesses(policy, arguments: arguments, logger: settings.logger("serve"))
        workerCount = policy.workers
        self.broker = broker
        self.folder = folder
        self.queue = queue
    }

    /// A worker needs its own time to drain, and a little to leave.
    private static func stopTimeout(_ settings: Settings) -> Instant.Span {
        let drain = settings.integer(ConfigurationKeys.workerDrainTimeout) ?? 10_000
        return .milliseconds(Int64(drain) + 5_000)
    }

    private static var now: Instant { Instant(nanoseconds: MonotonicClock.nanoseconds()) }

    // MARK: - Running

    /// Serves until a signal has been obeyed.
    mutating func run() throws {
        var outcome = try workers.begin(at: Self.now)
        while outcome == nil {
            let input = queue.next(until: workers.nextDeadline?.nanoseconds)
            let now = Self.now
            outcome =
                switch input {
                case .signal(SIGCHLD): try workers.childrenEnded(at: now)
                case .signal(SIGHUP): try hangUp(at: now)
                // From a worker whose repository has a plug-in that a process can load at its start alone.
                case .signal(SIGUSR1): isStopping ? nil : try workers.replaceAll(at: now)
                case .signal(let number): obey(number)
                case .event(.workerJoined(let process, let models)): try welcome(process, models, at: now)
                case .event(.brokerEnded): try workers.stop(at: now)
                case .deadline: try workers.tick(at: now)
                }
        }
        if case .gaveUp(let ending) = outcome { throw Self.failure(ending) }
    }

    /// The broker drains first, while its workers still serve; they follow once it has ended.
    private mutating func obey(_ signal: Int32) -> WorkerProcesses.Outcome? {
        if isStopping { leaveAtOnce(signal) }
        isStopping = true
        workers.close()
        broker.drain()
        return nil
    }

    /// Asked for by an operator it replaces the workers; that the terminal went away ends what was started from it.
    private mutating func hangUp(at now: Instant) throws -> WorkerProcesses.Outcome? {
        if isStopping { return nil }
        return terminal.isGone ? obey(SIGHUP) : try workers.replaceAll(at: now)
    }

    /// The workers go with this process: each asked the system for that.
    private func leaveAtOnce(_ signal: Int32) -> Never {
        folder.remove()
        _exit(128 + signal)
    }

    private mutating func welcome(
        _ process: UInt32, _ models: [String], at now: Instant
    ) throws -> WorkerProcesses.Outcome? {
        if !isReady {
            isReady = true
            let count = workerCount == 1 ? "1 worker" : "\(workerCount) workers"
            let names = models.isEmpty ? "no model yet" : models.joined(separator: ", ")
            Terminal.print("sibyl is serving \(names) on \(broker.frontend) with \(count)")
        }
        return try workers.workerIsReady(process: process, at: now)
    }

    private static func failure(_ ending: Supervision.Ending) -> Failure {
        if ending.isConfigurationFault {
            return Failure(status: .configuration, message: "no worker can start; the reason stands above")
        }
        return Failure(
            status: .serverFault, message: "no worker gets ready: the last one \(ending); the log above may tell why")
    }
}
