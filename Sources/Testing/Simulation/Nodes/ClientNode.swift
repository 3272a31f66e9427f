internal import SibylCore
internal import SibylProtocol

/// A client's process: the real core, `ClientLoop` around it without its bytes, and a program that calls.
final class ClientNode: SimulatedProcess {
    private static let burst = 256

    enum Command {
        case call(Int32)
        case cancel(Int32)
        case close
    }

    let node: Int
    let world: World
    let plan: ClientPlan
    private var core: ClientCore
    private var shadow: ClientShadow
    private var program: CallingProgram
    private var sockets: [Int] = []
    /// The call in each of the core's slots, and where each call is; -1 for none.
    private var calls: [Int32] = []
    private var slots: [Int32: Int32] = [:]
    private var commands: [Command] = []
    private var unsent: [Int32] = []
    private var effects: [ClientEffect] = []
    private var arriving: Int32 = -1
    private var verdict = Verdict()
    private var now = Instant(nanoseconds: 0)
    private(set) var isClosed = false
    private var wantsToClose = false
    /// When the program is next asked what it wants.
    private var nextWish = Instant.distantFuture

    init(_ node: Int, in world: World) {
        self.node = node
        self.world = world
        plan = world.scenario.clients[node - world.nodes.clients.lowerBound]
        core = ClientCore(endpoints: 0, now: world.clock(of: node))
        shadow = ClientShadow(plan.limits, endpoints: 0, checker: world.checker)
        program = CallingProgram(plan, client: node, random: world.random.fork())
    }

    func start() {
        now = world.clock(of: node)
        core = ClientCore(limits: plan.limits, endpoints: world.nodes.brokers.count, now: now)
        shadow = ClientShadow(plan.limits, endpoints: world.nodes.brokers.count, checker: world.checker)
        calls = []
        slots = [:]
        commands = []
        unsent = []
        isClosed = false
        wantsToClose = false
        sockets = world.nodes.brokers.map {
            world.network.connect(to: Address(broker: $0, side: .frontend), owner: node)
        }
        nextWish = .distantFuture
        scheduleWish(at: plan.begin)
        world.scheduler.requestTurn(of: node, at: world.now)
    }

    func die() {
        for (index, call) in calls.enumerated() where call >= 0 {
            world.book.lose(call)
            calls[index] = -1
        }
        loseCommands()
        program.forget()
        world.network.kill(node)
    }

    /// Calls that the loop has not taken yet.
    private func loseCommands() {
        for command in commands {
            if case .call(let call) = command { world.book.lose(call) }
        }
        commands = []
    }

    func terminate(atOnce: Bool) {
        commands.append(.close)
        world.network.wake(node)
    }

    var isIdle: Bool { core.callCount == 0 && commands.isEmpty }

    var isConnectedToAll: Bool {
        sockets.allSatisfy { world.network.sockets[$0].connection != nil }
    }

    func requireEmpty() {
        world.checker.require(
            core.callCount == 0, .nothingLeaks, "\(world.nodes.name(of: node)) still holds \(core.callCount) calls")
    }

    // MARK: - The program

    private func scheduleWish(at time: Instant?) {
        guard let time, time < nextWish else { return }
        nextWish = max(time, world.now)
        world.scheduler.schedule(.wish(node: node, life: world.processes.life(of: node)), at: nextWish)
    }

    /// The program does what it wants to do now.
    func wish() {
        // One that was moved to an earlier time has been dealt with.
        guard nextWish <= world.now, !isClosed else { return }
        nextWish = .distantFuture
        for command in program.act(at: world.now, calm: world.scenario.calm, book: world.book) {
            if case .call(let call) = command {
                world.note(.calls, node, Int64(call), world.book[call].timeout.milliseconds)
            }
            commands.append(command)
        }
        scheduleWish(at: program.nextWish)
        if !commands.isEmpty { world.network.wake(node) }
    }

    /// One call, to see whether everything works again; nil when all that it asks for has been tried.
    func probe(_ place: Int) -> Int32? {
        guard let probe = program.probe(place, at: world.now).map({ world.book.add($0) }) else { return nil }
        world.note(.calls, node, Int64(probe), world.book[probe].timeout.milliseconds)
        commands.append(.call(probe))
        world.network.wake(node)
        return probe
    }

    private func hasEnded(_ call: Int32) {
        slots[call] = nil
        program.hasEnded(call, at: world.now)
        scheduleWish(at: program.nextWish)
    }

    // MARK: - The loop

    func turn() {
        now = world.clock(of: node)
        let deadline = core.nextDeadline
        for index in sockets.indices {
            receive(from: index)
            watch(index)
        }
        obey()
        if deadline <= now { tell(.tick) }
        if wantsToClose { close() }
        shadow.finishTurn(at: now)
        if isClosed { return end() }
        let hasInput = sockets.contains { world.network.hasInput($0) } || !commands.isEmpty
        world.sleep(node, until: core.nextDeadline, hasInput: hasInput)
    }

    private func end() {
        world.note(.ends, node)
        for socket in sockets { world.network.close(socket: socket) }
        world.processes.end(node)
    }

    private func watch(_ index: Int) {
        // Ends with the events that are queued.
        while let event = world.network.nextEvent(of: sockets[index]) {
            switch event {
            case .connected:
                world.note(.connected, node, other: index)
                tell(.connected(endpoint: Int32(index)))
            case .disconnected:
                // What came before the end counts, and nothing comes after it: ends with what is there.
                while receiveOne(from: index) {}
                world.note(.disconnected, node, other: index)
                tell(.disconnected(endpoint: Int32(index)))
            }
        }
    }

    private func receive(from index: Int) {
        for _ in 0..<Self.burst {
            guard receiveOne(from: index) else { return }
        }
    }

    private func receiveOne(from index: Int) -> Bool {
        guard let received = world.network.receive(from: sockets[index]) else { return false }
        guard case .reply(let name, let verdict) = received.packet else { return true }
        self.verdict = verdict
        let isTurnedAway = verdict.failure == .unavailable
        tell(isTurnedAway ? .turnedAway(call: name, endpoint: Int32(index)) : .reply(call: name))
        return true
    }

    private func obey() {
        let waiting = commands
        commands.removeAll(keepingCapacity: true)
        for command in waiting {
            switch command {
            case .call(let call): begin(call)
            case .cancel(let call): if let slot = slots[call] { tell(.cancelled(slot: slot)) }
            case .close: wantsToClose = true
            }
        }
    }

    private func begin(_ call: Int32) {
        arriving = call
        tell(.call(timeout: world.book[call].deadline - world.now))
        arriving = -1
    }

    private func close() {
        if core.callCount > 0 { world.checker.coverage.count(.clientsGone) }
        isClosed = true
        tell(.close)
    }

    // MARK: - The core

    private func tell(_ event: ClientEvent) {
        handle(event)
        // Each endpoint goes from connected to not at most once.
        while let endpoint = unsent.popLast() { handle(.unsent(endpoint: endpoint)) }
    }

    private func handle(_ event: ClientEvent) {
        core.handle(event, at: now, into: &effects)
        shadow.observe(event, call: arriving, at: now)
        for effect in effects {
            shadow.observe(effect)
            run(effect)
        }
        shadow.finishEvent()
        effects.removeAll(keepingCapacity: true)
    }

    private func run(_ effect: ClientEffect) {
        switch effect {
        case .accept(let slot): accept(slot)
        case .refuse:
            world.note(.fails, node, Int64(arriving), 104)
            world.book.turnAway(arriving, at: world.now)
            hasEnded(arriving)
        case .send(let slot, let name, let endpoint, let timeLeft): send(slot, name, endpoint, timeLeft)
        case .cancel(let name, let endpoint): takeBack(name, endpoint)
        case .finish(let slot): finish(slot)
        case .dropReply: world.note(.dropsReply, node)
        case .fail(let slot, let failure): fail(slot, failure)
        }
    }

    private func accept(_ slot: Int32) {
        while calls.count <= Int(slot) { calls.append(-1) }
        calls[Int(slot)] = arriving
        slots[arriving] = slot
    }

    private func send(_ slot: Int32, _ name: UInt64, _ endpoint: Int32, _ timeLeft: Instant.Span) {
        let call = calls[Int(slot)]
        guard call >= 0 else { return world.checker.fail(.sentRight, "an empty slot is sent") }
        world.note(.sends, node, other: Int(endpoint), Int64(call))
        world.book[call].sends += 1
        if world.book[call].sends > 1 { world.checker.coverage.count(.resent) }
        // In whole milliseconds, and at least one, as `timeout_ms` stands in an envelope.
        let milliseconds = max(1, timeLeft.milliseconds)
        let timeout: Instant.Span? = world.book[call].namesTimeout ? .milliseconds(milliseconds) : nil
        let packet = Packet.request(RequestPacket(call: call, name: name, timeout: timeout))
        guard world.network.send(packet, from: sockets[Int(endpoint)]) == .sent else {
            return unsent.append(endpoint)
        }
    }

    private func takeBack(_ name: UInt64, _ endpoint: Int32) {
        world.note(.takesBack, node, other: Int(endpoint), Int64(truncatingIfNeeded: name))
        // One that can't be sent is not missed: the server drops the request at its deadline.
        _ = world.network.send(.takeBack(name: name), from: sockets[Int(endpoint)])
    }

    private func finish(_ slot: Int32) {
        guard let call = release(slot) else { return world.checker.fail(.answeredOnce, "an empty slot is answered") }
        world.note(.isAnswered, node, Int64(call), Int64(verdict.failure?.rawValue ?? 0))
        world.book.end(call, with: verdict, at: world.now)
        hasEnded(call)
    }

    private func fail(_ slot: Int32, _ failure: ClientFailure) {
        guard let call = release(slot) else { return world.checker.fail(.answeredOnce, "an empty slot fails") }
        let code: Int64 =
            switch failure {
            case .timedOut: 100
            case .unreachable: 101
            case .cancelled: 102
            case .closed: 103
            }
        world.note(.fails, node, Int64(call), code)
        world.book.end(call, with: failure, at: world.now)
        hasEnded(call)
    }

    private func release(_ slot: Int32) -> Int32? {
        guard calls.indices.contains(Int(slot)), calls[Int(slot)] >= 0 else { return nil }
        defer { calls[Int(slot)] = -1 }
        return calls[Int(slot)]
    }
}
