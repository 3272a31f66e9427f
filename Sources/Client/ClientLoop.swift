internal import SibylCore
internal import SibylJSON
internal import SibylProtocol
internal import SibylTransport

/// The loop around the client core: the one thread that touches the sockets.
struct ClientLoop: ~Copyable {
    /// Replies taken from one socket before the others have their turn.
    private static let burst = 256

    private let configuration: ClientConfiguration
    private let commands: Mailbox<ClientCommand>
    private let closing: Wakeup
    private let connections: [ServerConnection]
    private var poller = Poller()
    private var core: ClientCore
    private var frames = Frames()
    private var writer = JSONWriter()
    private var effects: [ClientEffect] = []
    /// The calls of the core's slots.
    private var calls: [PendingCall?] = []
    /// The call, or the reply, in hand.
    private var arriving: PendingCall?
    private var reply: Reply?
    private var waiting: [ClientCommand] = []
    /// Endpoints whose sockets took no message, told to the core once its effects have run.
    private var unsent: [Int32] = []
    private var now: Instant
    private var isClosed = false

    /// - Parameter closing: ends the loop when it is signalled.
    init(
        _ configuration: ClientConfiguration, commands: Mailbox<ClientCommand>, closing: Wakeup
    ) throws(TransportError) {
        self.configuration = configuration
        self.commands = commands
        self.closing = closing
        let context = Context()
        var connections: [ServerConnection] = []
        for endpoint in configuration.endpoints { connections.append(try ServerConnection(to: endpoint, in: context)) }
        self.connections = connections
        now = Instant(nanoseconds: MonotonicClock.nanoseconds())
        var limits = ClientLimits()
        limits.calls = configuration.maximumCalls
        if let timeout = configuration.connectTimeout {
            let (seconds, attoseconds) = timeout.components
            limits.connectTimeout.nanoseconds = Instant.Span.seconds(seconds).nanoseconds + attoseconds / 1_000_000_000
        }
        core = ClientCore(limits: limits, endpoints: connections.count, now: now)
        poller.add(descriptor: commands.wakeup.descriptor)
        poller.add(descriptor: closing.descriptor)
        for connection in connections {
            poller.add(connection.monitor.socket)
            poller.add(connection.socket)
        }
    }

    /// Serves calls until the client is closed.
    mutating func run() {
        // Ends with the close.
        while !isClosed {
            let deadline = core.nextDeadline
            poller.wait(nanoseconds: (deadline - readClock()).nanoseconds)
            now = readClock()
            for index in connections.indices {
                if poller.isReadable(3 + 2 * index) { receive(from: index) }
                if poller.isReadable(2 + 2 * index) { watch(index) }
            }
            if poller.isReadable(0) { obey() }
            // Behind the replies: one that is here already is worth more than its deadline.
            if deadline <= now { tell(.tick) }
            if poller.isReadable(1) { close() }
        }
    }

    private func readClock() -> Instant {
        Instant(nanoseconds: MonotonicClock.nanoseconds())
    }

    // MARK: - What happens

    private mutating func obey() {
        commands.drain(into: &waiting)
        for command in waiting {
            switch command {
            case .call(let call): begin(call)
            case .cancel(let call):
                call.isCancelled = true
                if call.slot >= 0 { tell(.cancelled(slot: call.slot)) }
            }
        }
        waiting.removeAll(keepingCapacity: true)
    }

    private mutating func begin(_ call: PendingCall) {
        // The task may have been cancelled before its call got here.
        if call.isCancelled { return call.finish(.failure(failure(.cancelled, of: call))) }
        arriving = call
        tell(.call(timeout: call.timeout))
        arriving = nil
    }

    private mutating func close() {
        isClosed = true
        tell(.close)
        for command in commands.close() {
            if case .call(let call) = command { call.finish(.failure(Failures.closed)) }
        }
    }

    private mutating func watch(_ index: Int) {
        // Ends with the events that are queued.
        while let event = connections[index].monitor.next() {
            switch event {
            case .connected: tell(.connected(endpoint: Int32(index)))
            case .disconnected:
                // What came before the end counts, and nothing comes after it: ends with what is there.
                while receiveOne(from: index) {}
                tell(.disconnected(endpoint: Int32(index)))
            case .retried: continue
            }
        }
    }

    private mutating func receive(from index: Int) {
        for _ in 0..<Self.burst {
            guard receiveOne(from: index) else { return }
        }
    }

    private mutating func receiveOne(from index: Int) -> Bool {
        guard connections[index].socket.receive(&frames) else { return false }
        // What is no reply, or one to nobody, is dropped; the call that it was meant for ends at its deadline.
        guard let envelope = try? ReplyEnvelope(parsing: frames.bytes(0)), let call = envelope.id else { return true }
        reply = takeReply(envelope)
        let isTurnedAway = envelope.error?.code == .unavailable
        tell(isTurnedAway ? .turnedAway(call: call, endpoint: Int32(index)) : .reply(call: call))
        reply = nil
        return true
    }

    private mutating func takeReply(_ envelope: ReplyEnvelope) -> Reply {
        if frames.count > 1 {
            let count = frames[1].count
            return Reply(envelope: envelope, frame: frames[1].take(), output: 0..<count)
        }
        return Reply(envelope: envelope, frame: frames[0].take(), output: envelope.output ?? 0..<0)
    }

    // MARK: - The core

    private mutating func tell(_ event: ClientEvent) {
        core.handle(event, at: now, into: &effects)
        runEffects()
        // Each endpoint goes from connected to not at most once.
        while let endpoint = unsent.popLast() {
            core.handle(.unsent(endpoint: endpoint), at: now, into: &effects)
            runEffects()
        }
    }

    private mutating func runEffects() {
        for index in effects.indices { run(effects[index]) }
        effects.removeAll(keepingCapacity: true)
    }

    private mutating func run(_ effect: ClientEffect) {
        switch effect {
        case .accept(let slot): accept(slot)
        case .refuse: arriving?.finish(.failure(Failures.overloaded))
        case .send(let slot, let call, let endpoint, let timeLeft): send(slot, call, endpoint, timeLeft)
        case .cancel(let call, let endpoint): sendCancel(call, endpoint)
        case .finish(let slot): if let reply { release(slot)?.finish(.success(reply)) }
        case .dropReply: break
        case .fail(let slot, let failure):
            if let call = release(slot) { call.finish(.failure(self.failure(failure, of: call))) }
        }
    }

    private mutating func accept(_ slot: Int32) {
        // The core uses slots again, so the array grows to what was ever in flight at once.
        while calls.count <= Int(slot) { calls.append(nil) }
        calls[Int(slot)] = arriving
        arriving?.slot = slot
    }

    private mutating func release(_ slot: Int32) -> PendingCall? {
        let call = calls[Int(slot)]
        calls[Int(slot)] = nil
        call?.slot = -1
        return call
    }

    private func failure(_ failure: ClientFailure, of call: PendingCall) -> SibylError {
        Failures.error(failure, endpoints: configuration.endpoints, timeout: call.timeout)
    }

    // MARK: - Sending

    private mutating func send(_ slot: Int32, _ name: UInt64, _ endpoint: Int32, _ timeLeft: Instant.Span) {
        guard let call = calls[Int(slot)] else { return }
        call.head.id = name
        let milliseconds = timeLeft.milliseconds
        let bounds = WireLimits.timeoutMilliseconds
        call.head.timeoutMilliseconds = min(max(Int(clamping: milliseconds), bounds.lowerBound), bounds.upperBound)
        writer.removeAll()
        call.head.write(to: &writer)
        let socket = connections[Int(endpoint)]
        guard case .sent = socket.socket.send(writer.written, more: true) else { return unsent.append(endpoint) }
        var payload = Message()
        call.payload.share(into: &payload)
        _ = socket.socket.send(&payload)
    }

    private mutating func sendCancel(_ name: UInt64, _ endpoint: Int32) {
        writer.removeAll()
        RequestHead(.cancel, id: name).write(to: &writer)
        // One that can't be sent is not missed: the server drops the request at its deadline.
        _ = connections[Int(endpoint)].socket.send(writer.written)
    }
}

/// One server's socket, and what tells of its connection.
final class ServerConnection {
    let socket: Socket
    let monitor: SocketMonitor

    init(to endpoint: String, in context: Context) throws(TransportError) {
        var options = SocketOptions()
        // Calls are bounded by the client; a queue of the socket's own must not refuse them earlier.
        options.highWaterMark = 0
        // Not `immediate`, which drops replies with the connection that they came over. So what was given to the socket just
        // before a connection broke goes out over the next one; the core has sent it again by then, and takes one answer.
        // A cancel or two on their way out are worth a moment.
        options.linger = 100
        // A host that is gone without a word is noticed within seconds, and others take over.
        options.heartbeatInterval = 1_000
        options.heartbeatTimeout = 3_000
        socket = try Socket(.dealer, in: context, options: options)
        monitor = try SocketMonitor(
            watching: socket, in: context, name: "client-\(MonotonicClock.nanoseconds())-\(endpoint.hashValue)")
        try socket.connect(endpoint)
    }
}
