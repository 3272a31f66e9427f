internal import SibylCore
internal import SibylProtocol

/// A peer on the worker side that speaks the protocol's words in any order: announces nonsense, answers what it was
/// never asked, answers twice, gives back what others hold. Nobody else may come to harm.
final class RogueNode: SimulatedProcess {
    let node: Int
    let world: World
    private let plan: RoguePlan
    private var random: RandomSource
    private var sockets: [Int] = []
    /// Names of requests that it has seen, from which it guesses others.
    private var names: [UInt64] = []
    private var hellos = 0

    init(_ node: Int, in world: World) {
        self.node = node
        self.world = world
        plan = world.scenario.rogues[node - world.nodes.rogues.lowerBound]
        random = world.random.fork()
    }

    func start() {
        sockets = world.nodes.brokers.map {
            world.network.connect(to: Address(broker: $0, side: .backend), owner: node)
        }
        scheduleWish()
    }

    private func scheduleWish() {
        world.scheduler.schedule(
            .wish(node: node, life: world.processes.life(of: node)),
            after: .microseconds(Int64(random.between(plan.pause))))
    }

    func die() { world.network.kill(node) }
    func terminate(atOnce: Bool) {}
    var isIdle: Bool { true }
    func requireEmpty() {}

    // MARK: - What comes

    func turn() {
        for (broker, socket) in sockets.enumerated() {
            while let event = world.network.nextEvent(of: socket) {
                if case .connected = event, !plan.announcesNonsense { greet(broker) }
            }
            while let received = world.network.receive(from: socket) { receive(received.packet, from: broker) }
        }
    }

    private func receive(_ packet: Packet, from broker: Int) {
        switch packet {
        case .ping: if random.chance(percent: 95) { send(.pong, to: broker) }
        case .introduce: if random.chance(percent: 50) { greet(broker) }
        case .dispatch(let header, let call): receive(header, call, from: broker)
        default: return
        }
    }

    private func receive(_ header: WorkerMessage.Dispatch, _ call: Int32, from broker: Int) {
        if names.count < 64 { names.append(header.request) }
        if random.chance(percent: plan.answersPercent) {
            answer(header.request, honestly(call, header), to: broker)
            return
        }
        switch random.below(4) {
        case 0: send(.refusal(RequestID(rawValue: header.request)), to: broker)
        case 1: answer(header.request, Verdict(failure: .internal), to: broker)
        case 2: send(.goodbye, to: broker)
        default: return
        }
    }

    /// It may answer what it was given, so that what comes of that can't be told from an honest worker's.
    private func honestly(_ call: Int32, _ header: WorkerMessage.Dispatch) -> Verdict {
        let truth = world.book[call]
        guard !truth.throwsError else { return Verdict(failure: .predictionFailed) }
        guard Int(header.model) < plan.models.count else { return Verdict(failure: .internal) }
        return Verdict(
            output: Call.output(of: truth.input, model: plan.models[Int(header.model)]), worker: Int32(node))
    }

    // MARK: - What it does of itself

    func wish() {
        guard world.now >= plan.begin else { return scheduleWish() }
        let broker = random.below(sockets.count)
        let kind = random.below(10)
        world.note(.misbehaves, node, other: broker, Int64(kind))
        world.checker.coverage.count(.nonsense)
        switch kind {
        case 0, 1: greet(broker)
        case 2: announceNonsense(to: broker)
        case 3, 4: answerFalsely(guess(), to: broker)
        case 5: if let name = names.last { answerFalsely(name, to: broker) }
        case 6: send(.refusal(RequestID(rawValue: guess())), to: broker)
        case 7: send(random.chance(percent: 30) ? .draining : .pong, to: broker)
        case 8: if random.chance(percent: 30) { send(.goodbye, to: broker) }
        default: send(.noise, to: broker)
        }
        scheduleWish()
    }

    /// A name that some other worker may well hold: of a slot near one that it has seen, in one of its next lives.
    private func guess() -> UInt64 {
        guard !names.isEmpty else { return random.next() }
        let name = random.pick(names)
        return name &+ UInt64(random.below(4)) << 32 ^ UInt64(random.below(16))
    }

    private func greet(_ broker: Int) {
        guard !plan.models.isEmpty else { return announceNonsense(to: broker) }
        let models = plan.models.map { world.scenario.models[$0] }
        announce(capacity: UInt32(random.pick([1, 4, 100_000])), models, to: broker)
    }

    private func announceNonsense(to broker: Int) {
        let model = world.scenario.models[0]
        let stranger = Scenario.Model(name: "rogue\(node)", version: "x.\(hellos % 4)", cost: 1...1)
        switch random.below(4) {
        case 0: announce(capacity: 0, [model], to: broker)
        case 1: announce(capacity: 8, [], to: broker)
        case 2: announce(capacity: 8, [model, model], to: broker)
        default: announce(capacity: 1, [stranger], to: broker)
        }
    }

    private func announce(capacity: UInt32, _ models: [Scenario.Model], to broker: Int) {
        hellos += 1
        world.network.announcements.append(
            WorkerAnnouncement(
                name: "\(world.nodes.name(of: node))#\(hellos)", capacity: capacity,
                models: models.map { WorkerAnnouncement.Model(name: $0.name, version: $0.version) }))
        send(.hello(announcement: Int32(world.network.announcements.count - 1)), to: broker)
    }

    private func answerFalsely(_ name: UInt64, to broker: Int) {
        answer(name, Verdict(output: random.next(), worker: Int32(node)), to: broker)
    }

    private func answer(_ name: UInt64, _ verdict: Verdict, to broker: Int) {
        let flags: WorkerMessage.Flags =
            verdict.failure == nil ? .init(isTwoFrames: true, isBatch: false) : .failed
        let header = WorkerMessage.Answer(
            request: name, failure: verdict.failure, queued: 0, computed: 0, items: 1, flags: flags)
        send(.answer(header, verdict), to: broker)
    }

    private func send(_ packet: Packet, to broker: Int) {
        _ = world.network.send(packet, from: sockets[broker])
    }
}
