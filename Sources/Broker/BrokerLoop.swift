internal import Logging
internal import SibylCore
internal import SibylProtocol
internal import SibylTransport

/// The loop around the broker core: polls, decodes, tells the core, runs its effects.
struct BrokerLoop: ~Copyable {
    /// Messages taken from one socket before the other has its turn: enough that polling costs nothing beside them,
    /// few enough that neither side waits long.
    static let burst = 256
    /// Messages that gather before they are sent: about what libzmq writes in one system call.
    static let gathered = 32

    let configuration: BrokerConfiguration
    let frontend: Socket
    let backend: Socket
    let frontendMonitor: SocketMonitor
    let backendMonitor: SocketMonitor
    let endpoints: BoundEndpoints
    let commands: Mailbox<BrokerCommand>
    let logger: Logger
    var observer: @Sendable (BrokerNote) -> Void = { _ in }

    var core: BrokerCore
    var store = RequestStore()
    var clients = PeerTable()
    var connections: ClientConnections
    var budget: ReplyBudget
    /// Clients' connections that ended, by descriptor, until all that came over them is read.
    private var ended: [Int32] = []
    private var areMoreEnding = false
    var workers = PeerTable()
    var frames = Frames()
    /// What the answer in hand holds, in `frames`; its payload is a frame of its own when the message has three.
    var answer: WorkerMessage.Parts?
    var effects: [BrokerEffect] = []
    var toClients = ReplyOutbox()
    var toWorkers = WorkerOutbox()
    /// Workers that a message did not reach, told to the core once all are sent.
    var unreachable: [PeerID] = []
    /// Held requests whose route the core asked for, told to it once its effects have run.
    var routable: [(slot: Int32, request: RequestID)] = []
    /// Models that operators have unloaded.
    var unloads: [RepositoryWish] = []
    /// What peers can bring about as often as they like.
    var strangeMessages = LogThrottle()
    var refusedAnnouncements = LogThrottle()
    var droppedReplies = LogThrottle()
    /// The moment of this turn of the loop: the clock is read once a burst, not once a message.
    var now: Instant
    private var isStopped = false

    init(
        _ configuration: BrokerConfiguration, in context: Context, commands: Mailbox<BrokerCommand>, logger: Logger
    ) throws(TransportError) {
        let sockets = try BrokerSockets.open(configuration, in: context)
        self.init(configuration, sockets: sockets, commands: commands, logger: logger)
    }

    private init(
        _ configuration: BrokerConfiguration, sockets: consuming BrokerSockets, commands: Mailbox<BrokerCommand>,
        logger: Logger
    ) {
        self.configuration = configuration
        self.commands = commands
        self.logger = logger
        endpoints = sockets.endpoints
        frontend = sockets.frontend
        backend = sockets.backend
        frontendMonitor = sockets.frontendMonitor
        backendMonitor = sockets.backendMonitor
        now = Instant(nanoseconds: MonotonicClock.nanoseconds())
        // The clock differs from start to start, which is all that an epoch must do.
        let epoch = UInt32(truncatingIfNeeded: now.nanoseconds >> 10)
        core = BrokerCore(limits: configuration.limits, epoch: epoch, now: now)
        connections = ClientConnections(seed: epoch)
        budget = ReplyBudget(messageBytes: configuration.messageBytes)
    }

    /// Serves until a drain has ended or a stop was asked for.
    mutating func run() {
        var poller = Poller()
        let commandsReady = poller.add(descriptor: commands.wakeup.descriptor)
        // By their descriptors: libzmq asks the system about each socket of its own at every turn, and these rarely speak.
        let backendMonitorReady = poller.add(descriptor: backendMonitor.socket.descriptor)
        let frontendMonitorReady = poller.add(descriptor: frontendMonitor.socket.descriptor)
        let backendReady = poller.add(backend)
        let frontendReady = poller.add(frontend)
        // A descriptor speaks only of what comes once its socket was read empty.
        watchWorkers()
        watchClients()
        // Ends with a drain or a stop.
        while !isStopped && !core.isDrained {
            let deadline = core.nextDeadline
            poller.wait(nanoseconds: areMoreEnding ? 0 : (deadline - readClock()).nanoseconds)
            now = readClock()
            if poller.isReadable(commandsReady) { obeyCommands() }
            if poller.isReadable(backendMonitorReady) { watchWorkers() }
            // Workers first: an answer makes room for a request.
            if poller.isReadable(backendReady) { receiveFromWorkers() }
            if poller.isReadable(frontendMonitorReady) || areMoreEnding { watchClients() }
            let isAllRead = poller.isReadable(frontendReady) ? receiveFromClients() : true
            if isAllRead { forgetClients() }
            // What is there was heard before time passes: a broker that was held up is not to take its workers for silent.
            if deadline <= now { tell(.tick) }
            flush()
        }
    }

    mutating func forget(_ client: PeerID) {
        budget.forget(client)
        tell(.clientGone(client))
    }

    func readClock() -> Instant {
        Instant(nanoseconds: MonotonicClock.nanoseconds())
    }

    private mutating func obeyCommands() {
        var waiting: [BrokerCommand] = []
        commands.drain(into: &waiting)
        for command in waiting {
            switch command {
            case .drain:
                logger.info("draining: finishing what was accepted, taking nothing new")
                tell(.drain)
            case .stop: isStopped = true
            }
        }
    }

    private mutating func watchWorkers() {
        var isOneLost = false
        // Ends with the events that are queued.
        while let event = backendMonitor.next() {
            if case .disconnected = event { isOneLost = true }
        }
        if isOneLost { tell(.connectionLost) }
    }

    private mutating func watchClients() {
        areMoreEnding = false
        while let event = frontendMonitor.next() {
            if case .disconnected(let descriptor) = event { ended.append(descriptor) }
            // As many as messages, so that a crowd that leaves holds up nobody.
            areMoreEnding = ended.count >= Self.burst
            if areMoreEnding { return }
        }
    }

    /// The messages of those whose end was heard of before are read, so that none comes after its client is forgotten.
    private mutating func forgetClients() {
        if ended.isEmpty { return }
        for descriptor in ended {
            if let client = connections.ended(descriptor) { forget(client) }
        }
        ended.removeAll(keepingCapacity: true)
    }

    // MARK: - The core

    /// Tells the core what happened and does what it says.
    mutating func tell(_ event: BrokerEvent) {
        core.handle(event, at: now, into: &effects)
        runEffects()
        if !routable.isEmpty { tellRoutes() }
    }

    /// Sends what has gathered.
    mutating func flush() {
        sendToClients()
        sendToWorkers()
        // Each lost worker is told once, and losing one can only show others: ends with the workers.
        while let worker = unreachable.popLast() {
            tell(.unreachable(worker))
            sendToClients()
            sendToWorkers()
        }
    }

    private mutating func sendToClients() {
        if toClients.count == 0 { return }
        var dropped: UInt64 = 0
        toClients.flush(through: frontend, to: clients) { _ in dropped += 1 }
        // A client that is gone or doesn't read: its reply is dropped and counted, and harms nobody else.
        if dropped > 0 { countDroppedReplies(dropped) }
    }

    mutating func countDroppedReplies(_ count: UInt64) {
        core.count { $0.repliesDropped += count }
        guard let times = droppedReplies.note(Int(count), at: now) else { return }
        logger.notice("\(times) replies dropped: their clients are gone, or do not read")
    }

    private mutating func sendToWorkers() {
        if toWorkers.count == 0 { return }
        var failed: [PeerID] = []
        toWorkers.flush(through: backend, to: workers) { failed.append($0) }
        unreachable += failed
    }

    private mutating func runEffects() {
        for index in effects.indices {
            run(effects[index])
            // One event may have thousands, as when a worker is lost that held many: they don't all wait in memory.
            if toClients.count >= Self.burst { sendToClients() }
            if toWorkers.count >= Self.burst { sendToWorkers() }
        }
        // One by one: there are one or two, and to remove all at once is made for many.
        while effects.popLast() != nil {}
        if core.hasNotes { tellNotes() }
    }

    private mutating func tellNotes() {
        for note in core.takeNotes() {
            log(note)
            observer(note)
        }
    }
}

/// The sockets of a broker, bound.
struct BrokerSockets: ~Copyable {
    let frontend: Socket
    let backend: Socket
    let frontendMonitor: SocketMonitor
    let backendMonitor: SocketMonitor
    let endpoints: BoundEndpoints

    static func open(_ configuration: BrokerConfiguration, in context: Context) throws(TransportError) -> BrokerSockets
    {
        var options = SocketOptions()
        options.highWaterMark = configuration.highWaterMark
        // A message somewhat over the limit is read and answered; what is far beyond it cuts the connection, since
        // reading it would let a stranger fill the memory.
        options.maximumMessageSize = Int64(configuration.messageBytes) * 4
        // Replies on their way out are worth a moment at the end.
        options.linger = 1_000
        options.keepsAlive = true
        // A client that comes back under its own name, from a connection that nobody saw end, is to be heard.
        options.handsOver = true
        let frontend = try Socket(.router, in: context, options: options)
        options.handsOver = false
        options.maximumMessageSize = -1
        let backend = try Socket(.router, in: context, options: options)
        let name = uniqueName()
        let frontendMonitor = try SocketMonitor(watching: frontend, in: context, name: name + "-frontend")
        let backendMonitor = try SocketMonitor(watching: backend, in: context, name: name + "-backend")
        try frontend.bind(configuration.frontend)
        try backend.bind(configuration.backend)
        let endpoints = BoundEndpoints(frontend: frontend.lastEndpoint, backend: backend.lastEndpoint)
        return BrokerSockets(
            frontend: frontend, backend: backend, frontendMonitor: frontendMonitor, backendMonitor: backendMonitor,
            endpoints: endpoints)
    }

    /// Unique in a process, so in a context.
    private static func uniqueName() -> String {
        "broker-\(MonotonicClock.nanoseconds())"
    }
}
