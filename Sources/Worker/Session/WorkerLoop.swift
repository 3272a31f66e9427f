internal import Glibc
internal import Logging
internal import SibylCore
internal import SibylInference
internal import SibylModel
internal import SibylProtocol
internal import SibylTransport

/// The loop around the worker core: polls, decodes, tells the core, runs its effects.
struct WorkerLoop: ~Copyable {
    /// Messages taken from one socket before the others have their turn.
    private static let burst = 256
    /// Jobs handed to the executors at once while more arrive: they are to start before a long burst is over.
    static let handOver = 32
    /// Messages that gather for a broker before they are sent: it is to have work while more are written.
    static let gathered = 32

    let configuration: WorkerConfiguration
    let context: Context
    let commands: Mailbox<WorkerCommand>
    let outbox: Mailbox<Job>
    let queue: JobQueue
    let logger: Logger
    /// Told what an operator wishes of models: the JSON of the message.
    let wish: @Sendable ([UInt8]) -> Void

    var models: ModelTable
    var core: WorkerCore
    var connections: [BrokerConnection] = []
    private var poller = Poller()
    var frames = Frames()
    /// The dispatch in hand, in `frames`, and the model that it names.
    var dispatchedModel: LoadedModel?
    var dispatched = UnsafeRawBufferPointer(start: nil, count: 0)
    var effects: [WorkerEffect] = []
    var answers: AnswerWriter

    /// The jobs of the core's slots, and those that are free to be used again.
    var jobs: [Job?] = []
    private var idle: [Job] = []
    /// Accepted and not yet handed to the executors.
    var accepted: [Job] = []
    /// The job whose answer is in hand.
    var finished: Job?
    /// What the core is told once its effects have run.
    var withdrawn: [Int32] = []
    var unsent: [Int32] = []
    private var delivered: [Job] = []
    /// The moment of this turn of the loop.
    var now: Instant

    init(
        _ configuration: WorkerConfiguration, models set: ModelSet, in context: Context,
        commands: Mailbox<WorkerCommand>, wish: @escaping @Sendable ([UInt8]) -> Void, logger: Logger
    ) throws(TransportError) {
        self.configuration = configuration
        self.context = context
        self.commands = commands
        self.logger = logger
        // All jobs that the brokers' credit allows, so that an executor's send never fails.
        outbox = Mailbox(capacity: configuration.brokers.count * Int(configuration.limits.capacity) * 2 + 1)
        queue = JobQueue(executors: configuration.threads)
        self.wish = wish
        models = ModelTable(worker: configuration.name)
        answers = AnswerWriter()
        now = Instant(nanoseconds: MonotonicClock.nanoseconds())
        core = WorkerCore(limits: configuration.limits, brokers: configuration.brokers.count, now: now)
        _ = models.serve(set, at: now)
        try connectAll()
        try startExecutors()
    }

    private mutating func connectAll() throws(TransportError) {
        for endpoint in configuration.brokers {
            connections.append(
                try BrokerConnection(to: endpoint, capacity: configuration.limits.capacity, in: context))
        }
        rebuildPoller()
    }

    private func startExecutors() throws(TransportError) {
        let shared = ExecutorContext(queue: queue, outbox: outbox)
        for number in 0..<configuration.threads {
            // Nobody joins them: they end with the queue, and one that is stuck in a model must hold up nobody.
            _ = try SystemThread(name: "sibyl-predict-\(number)") {
                var executor = Executor(shared)
                executor.run()
            }
        }
    }

    /// The order is that of `run`: commands, outbox, then monitor and socket of each broker.
    mutating func rebuildPoller() {
        poller = Poller()
        poller.add(descriptor: commands.wakeup.descriptor)
        poller.add(descriptor: outbox.wakeup.descriptor)
        for connection in connections {
            poller.add(connection.monitor.socket)
            poller.add(connection.socket)
        }
    }

    // MARK: - Running

    /// Works until it has drained.
    mutating func run() {
        for index in connections.indices where connections[index].isInProcess {
            tell(.connected(broker: Int32(index)))
        }
        flush()
        // Ends with a drain or a stop, which the core bounds in time.
        while !core.isDrained {
            let deadline = core.nextDeadline
            poller.wait(nanoseconds: (min(deadline, models.nextDeadline) - readClock()).nanoseconds)
            now = readClock()
            if deadline <= now { tell(.tick) }
            if models.nextDeadline <= now { releaseModels() }
            if poller.isReadable(0) { obeyCommands() }
            // Answers first: they make room for requests.
            if poller.isReadable(1) { sendAnswers() }
            for index in connections.indices {
                if poller.isReadable(2 + 2 * index) { watchConnection(index) }
                if poller.isReadable(3 + 2 * index) { receive(from: index) }
            }
            flush()
        }
        queue.close()
    }

    private func readClock() -> Instant {
        Instant(nanoseconds: MonotonicClock.nanoseconds())
    }

    private mutating func obeyCommands() {
        var waiting: [WorkerCommand] = []
        commands.drain(into: &waiting)
        for command in waiting {
            switch command {
            case .drain:
                logger.info("draining: answering what was accepted, taking nothing new")
                tell(.drain)
            case .stop: tell(.stop)
            case .serve(let set): serve(set)
            }
        }
    }

    private mutating func watchConnection(_ index: Int) {
        // Ends with the events that are queued.
        while let event = connections[index].monitor.next() {
            switch event {
            case .connected: tell(.connected(broker: Int32(index)))
            case .disconnected: tell(.disconnected(broker: Int32(index)))
            case .retried: continue
            }
        }
    }

    private mutating func sendAnswers() {
        outbox.drain(into: &delivered)
        for job in delivered {
            finished = job
            tell(.finished(slot: job.slot))
            release(job)
        }
        finished = nil
        delivered.removeAll(keepingCapacity: true)
    }

    private mutating func receive(from index: Int) {
        let connection = connections[index]
        var messages = 0
        while messages < Self.burst {
            guard connection.socket.receive(&frames) else { break }
            messages += 1 + receiveMessages(from: Int32(index))
        }
        handOver()
    }

    mutating func handOver() {
        if accepted.isEmpty { return }
        queue.add(accepted, at: now)
        accepted.removeAll(keepingCapacity: true)
    }

    // MARK: - Jobs

    /// A job to fill, used again if one is free.
    mutating func nextJob() -> Job {
        idle.popLast() ?? Job()
    }

    /// Lets a job's bytes go and keeps the job.
    mutating func release(_ job: Job) {
        jobs[Int(job.slot)] = nil
        job.clear()
        job.clearAnswer()
        idle.append(job)
    }

    // MARK: - The core

    /// Tells the core what happened and does what it says.
    mutating func tell(_ event: WorkerEvent) {
        core.handle(event, at: now, into: &effects)
        runEffects()
        tellLosses()
    }

    /// Sends what has gathered.
    private mutating func flush() {
        // What is told of a loss may have something to be sent: ends with the brokers, each of which is lost once.
        while true {
            for index in connections.indices { flush(Int32(index)) }
            if unsent.isEmpty { return }
            tellLosses()
        }
    }

    private mutating func tellLosses() {
        // Each broker is told once that it can't be reached, and each job withdrawn once.
        while true {
            if let broker = unsent.popLast() {
                core.handle(.unsent(broker: broker), at: now, into: &effects)
            } else if let slot = withdrawn.popLast() {
                core.handle(.withdrawn(slot: slot), at: now, into: &effects)
            } else {
                return
            }
            runEffects()
        }
    }

    private mutating func runEffects() {
        for index in effects.indices { run(effects[index]) }
        effects.removeAll(keepingCapacity: true)
    }
}
