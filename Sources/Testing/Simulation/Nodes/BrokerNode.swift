internal import SibylCore
internal import SibylJSON
internal import SibylProtocol

/// A broker's process: the real core, and `BrokerLoop` around it without its bytes.
final class BrokerNode: SimulatedProcess {
    /// As in `BrokerLoop`.
    private static let burst = 256
    private static let gathered = 32

    enum Command {
        case drain, stop
    }

    let node: Int
    let world: World
    private var core: BrokerCore
    private(set) var shadow: BrokerShadow
    /// What the shell keeps of each request: for the real one its bytes.
    private var store: [RequestPacket] = []
    private var vacant: [Int32] = []
    private var frontend = -1
    private var backend = -1
    private var commands: [Command] = []
    private var effects: [BrokerEffect] = []
    private var toClients: [(peer: PeerID, packet: Packet)] = []
    private var toWorkers: [(peer: PeerID, packet: Packet)] = []
    private var unreachable: [PeerID] = []
    /// Held requests whose route the core asked for, told to it once its effects have run.
    private var routable: [(slot: Int32, request: RequestID)] = []
    /// Clients' connections that ended, until all that came over them is read.
    private var ended: [Int] = []
    /// The answer in hand.
    private var answer = Verdict()
    private var now = Instant(nanoseconds: 0)
    private var isStopped = false

    init(_ node: Int, in world: World) {
        self.node = node
        self.world = world
        core = BrokerCore(epoch: 0, now: world.clock(of: node))
        shadow = BrokerShadow(node, world.scenario, checker: world.checker, book: world.book, at: world.clock(of: node))
    }

    func start() {
        now = world.clock(of: node)
        let epoch = UInt32(truncatingIfNeeded: now.nanoseconds >> 10)
        core = BrokerCore(limits: world.scenario.brokerLimits, epoch: epoch, now: now)
        shadow = BrokerShadow(node, world.scenario, checker: world.checker, book: world.book, at: world.clock(of: node))
        store = []
        vacant = []
        commands = []
        toClients = []
        toWorkers = []
        unreachable = []
        ended = []
        routable = []
        isStopped = false
        frontend = world.network.bind(Address(broker: node, side: .frontend), owner: node)
        backend = world.network.bind(Address(broker: node, side: .backend), owner: node)
        world.scheduler.requestTurn(of: node, at: world.now)
    }

    func die() {
        world.network.kill(node)
    }

    func terminate(atOnce: Bool) {
        commands.append(atOnce ? .stop : .drain)
        world.network.wake(node)
    }

    var isIdle: Bool { vacant.count == store.count }
    var isServing: Bool { world.processes.isAlive(node) && !core.isDraining }

    func requireEmpty() {
        let stats = core.statsReport(
            BrokerIdentity(name: "", version: ""), ProcessFacts(clients: 0, residentBytes: 0), at: now)
        shadow.requireEmpty(world.nodes.name(of: node), stats: try? JSONValue(parsing: stats))
        let slots = store.count - vacant.count
        world.checker.require(slots == 0, .nothingLeaks, "the shell of a broker still holds \(slots) requests' bytes")
    }

    // MARK: - The loop

    func turn() {
        now = world.clock(of: node)
        let deadline = core.nextDeadline
        obeyCommands()
        watchWorkers()
        receiveFromWorkers()
        watchClients()
        if receiveFromClients() { forgetClients() }
        if deadline <= now { tell(.tick) }
        flush()
        shadow.finishTurn(at: now)
        requireLossesNoticed()
        if isStopped || core.isDrained { return end() }
        let hasInput =
            world.network.hasInput(frontend) || world.network.hasInput(backend) || !commands.isEmpty
        world.sleep(node, until: core.nextDeadline, hasInput: hasInput)
    }

    /// Whose connection has broken, as the monitor told, is gone after the same turn.
    private func requireLossesNoticed() {
        guard world.network.sockets[backend].events.isEmpty else { return }
        for worker in shadow.present {
            guard let peer = shadow.workers[worker]?.peer else { continue }
            let connection = world.network.connection(of: peer)
            world.checker.require(
                world.network.connections[connection].routerIsOpen, .lossNoticed,
                "the connection of \(shadow.workers[worker]?.name ?? "a worker") has broken, and it is still counted on"
            )
        }
    }

    private func end() {
        world.note(.ends, node)
        world.network.close(socket: frontend)
        world.network.close(socket: backend)
        world.processes.end(node)
    }

    private func obeyCommands() {
        for command in commands {
            switch command {
            case .drain: tell(.drain)
            case .stop: isStopped = true
            }
        }
        commands.removeAll()
    }

    private func watchWorkers() {
        var isOneLost = false
        // Ends with the events that are queued.
        while let event = world.network.nextEvent(of: backend) {
            if case .disconnected = event { isOneLost = true }
        }
        if isOneLost { tell(.connectionLost) }
    }

    private func watchClients() {
        // As many as messages, so that a crowd that leaves holds up nobody.
        while ended.count < Self.burst, let event = world.network.nextEvent(of: frontend) {
            if case .disconnected(let connection) = event { ended.append(connection) }
        }
    }

    /// The messages of those whose end was heard of before are read, so that none comes after its client is forgotten.
    private func forgetClients() {
        for connection in ended {
            let client = world.network.peer(of: connection)
            note(.losesClient, client)
            tell(.clientGone(client))
        }
        ended.removeAll()
    }

    // MARK: - Receiving

    private func receiveFromWorkers() {
        for _ in 0..<Self.burst {
            guard let received = world.network.receive(from: backend) else { return }
            receive(received.packet, from: world.network.peer(of: received.connection))
            if toClients.count >= Self.gathered { flush() }
        }
    }

    private func receive(_ packet: Packet, from worker: PeerID) {
        switch packet {
        case .answer(let header, let verdict):
            answer = verdict
            tell(.answer(worker, header))
        case .pong: tell(.pong(worker, WorkerMessage.Pong()))
        case .hello(let place): tell(.hello(worker, world.network.announcements[Int(place)]))
        case .refusal(let request):
            note(.isGivenBack, worker, Int64(bitPattern: request.rawValue))
            tell(.refusal(worker, request))
        case .draining:
            note(.hearsOfDrain, worker)
            tell(.draining(worker))
        case .goodbye:
            note(.hearsGoodbye, worker)
            tell(.goodbye(worker))
        case .noise, .request, .takeBack, .reply, .welcome, .ping, .dispatch, .cancel, .introduce:
            core.count { $0.workerNonsense += 1 }
        }
    }

    /// - Returns: whether all that was there is read.
    private func receiveFromClients() -> Bool {
        for _ in 0..<Self.burst {
            guard let received = world.network.receive(from: frontend) else { return true }
            let client = world.network.peer(of: received.connection)
            switch received.packet {
            case .request(let request): receive(request, from: client)
            case .takeBack(let name):
                note(.hearsCancel, client)
                tell(.cancel(client: client, clientRequest: name))
            default: continue
            }
            if toWorkers.count >= Self.gathered { flush() }
        }
        return false
    }

    private func receive(_ request: RequestPacket, from client: PeerID) {
        let call = world.book[request.call]
        let slot = insert(request)
        let flags = WorkerMessage.Flags(
            isTwoFrames: true, isBatch: call.isBatch, isBulk: call.priority == .bulk)
        note(.receives, client, Int64(request.call), Int64(slot))
        tell(
            .request(
                RequestArrival(
                    slot: slot, client: client, clientRequest: request.name, route: route(call.choice), flags: flags,
                    priority: call.priority, timeout: request.timeout, size: call.size, tenant: call.tenant,
                    cost: cost(of: call))),
            call: request.call)
    }

    /// Of a long batch a broker reads the beginning only.
    private func cost(of call: Call) -> UInt32 {
        UInt32(world.scenario.estimatesCosts ? max(1, call.items / 3) : call.items)
    }

    private func insert(_ request: RequestPacket) -> Int32 {
        guard let slot = vacant.popLast() else {
            store.append(request)
            return Int32(store.count - 1)
        }
        store[Int(slot)] = request
        return slot
    }

    private func route(_ choice: ClientPlan.Choice) -> Route {
        var (model, version) = (choice.model, choice.version)
        return model.withUTF8 { model in
            version.withUTF8 { version in
                core.route(model: UnsafeRawBufferPointer(model), version: UnsafeRawBufferPointer(version))
            }
        }
    }

    // MARK: - The core

    private func tell(_ event: BrokerEvent, call: Int32 = -1) {
        core.handle(event, at: now, into: &effects)
        shadow.observe(event, call: call, notes: core.takeNotes(), at: now)
        for effect in effects {
            shadow.observe(effect)
            run(effect)
        }
        shadow.finishEvent()
        effects.removeAll(keepingCapacity: true)
        if !routable.isEmpty { tellRoutes() }
    }

    /// Tells the core where its held requests go now.
    private func tellRoutes() {
        let asked = routable
        routable.removeAll()
        for (slot, request) in asked {
            tell(.routed(request, route(world.book[store[Int(slot)].call].choice)))
        }
    }

    private func run(_ effect: BrokerEffect) {
        switch effect {
        case .dispatch(let slot, let worker, let header):
            note(.dispatches, worker, Int64(slot), Int64(header.attempt))
            toWorkers.append((worker, .dispatch(header, call: store[Int(slot)].call)))
        case .forward(let slot, let client):
            note(.forwards, client, Int64(slot))
            reply(slot, to: client, answer)
            free(slot)
        case .refuse(let slot, let client, let refusal):
            note(.refuses, client, Int64(slot), Int64(refusal.code.rawValue))
            reply(slot, to: client, Verdict(failure: refusal.code))
            free(slot)
        case .refuseAndKeep(let slot, let client, let refusal):
            note(.abandons, client, Int64(slot), Int64(refusal.code.rawValue))
            reply(slot, to: client, Verdict(failure: refusal.code))
        case .forget(let slot): world.note(.forgets, node, Int64(slot))
        case .free(let slot):
            world.note(.frees, node, Int64(slot))
            free(slot)
        case .route(let slot, let request): routable.append((slot, request))
        case .dropAnswer: world.note(.dropsAnswer, node)
        case .cancel(let worker, let request):
            note(.cancels, worker, Int64(bitPattern: request.rawValue))
            toWorkers.append((worker, .cancel(request)))
        case .ping(let worker):
            note(.pings, worker)
            toWorkers.append((worker, .ping))
        case .welcome(let worker, let welcome):
            note(.welcomes, worker)
            toWorkers.append((worker, .welcome(welcome)))
        case .introduce(let worker):
            note(.introduces, worker)
            world.checker.coverage.count(.introductions)
            toWorkers.append((worker, .introduce))
        }
    }

    private func note(_ verb: Verb, _ peer: PeerID, _ first: Int64 = 0, _ second: Int64 = 0) {
        let connection = world.network.connection(of: peer)
        let isKnown = world.network.connections.indices.contains(connection)
        world.note(verb, node, other: isKnown ? world.owner(of: connection) : -1, first, second)
    }

    /// The reply carries the name that the client gave its request, which a real one finds in the envelope.
    private func reply(_ slot: Int32, to client: PeerID, _ verdict: Verdict) {
        toClients.append((client, .reply(name: store[Int(slot)].name, verdict)))
    }

    private func free(_ slot: Int32) {
        vacant.append(slot)
    }

    // MARK: - Sending

    private func flush() {
        sendToClients()
        sendToWorkers()
        // Each lost worker is told once, and losing one can only show others: ends with the workers.
        while let worker = unreachable.popLast() {
            note(.losesWorker, worker)
            tell(.unreachable(worker))
            sendToClients()
            sendToWorkers()
        }
    }

    private func sendToClients() {
        for (peer, packet) in toClients where world.network.send(packet, to: peer, from: frontend) != .sent {
            world.checker.coverage.count(.repliesDropped)
            core.count { $0.repliesDropped += 1 }
        }
        toClients.removeAll(keepingCapacity: true)
    }

    private func sendToWorkers() {
        for (peer, packet) in toWorkers where world.network.send(packet, to: peer, from: backend) != .sent {
            unreachable.append(peer)
        }
        toWorkers.removeAll(keepingCapacity: true)
    }
}
