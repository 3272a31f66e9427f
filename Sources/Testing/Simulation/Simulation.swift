internal import SibylCore

/// What came of one seed.
package struct SimulationOutcome: Sendable {
    package var seed: UInt64
    package var theme: Scenario.Theme
    package var violation: Violation?
    /// Of all events: equal for equal seeds.
    package var hash: UInt64
    package var events: Int
    /// The simulated time that passed.
    package var milliseconds: Int64
    /// The last events in words, oldest first.
    package var lastLines: [String]
    package var coverage: Coverage
}

/// The real cores of brokers, workers and clients over a simulated network and clock, all of it decided by one seed:
/// the scenario, its faults, every latency. The same seed gives the same history, event by event.
///
/// After TigerBeetle's VOPR and FoundationDB's simulator: first load and faults, then everything is mended, must drain,
/// and must work again.
package enum Simulation {
    /// - Parameter observer: told of each event in a line of text.
    package static func run(seed: UInt64, observer: ((String) -> Void)? = nil) -> SimulationOutcome {
        let machine = Machine(Scenario(seed: seed), observer: observer)
        machine.run()
        return machine.outcome
    }
}

/// Runs the processes of a scenario and does to them what it says.
final class Machine {
    /// Happenings of one seed; what needs more goes round in circles.
    private static let bound = 3_000_000

    let world: World
    let brokers: [BrokerNode]
    let workers: [WorkerNode]
    let clients: [ClientNode]
    let rogues: [RogueNode]
    let processes: [any SimulatedProcess]
    /// Happenings of frozen processes, which come to pass once they go on.
    var stalled: [Happening] = []
    /// How long each process stays away once it has ended.
    var pauses: [Instant.Span]
    /// Which fault has frozen it.
    var freezers: [Int?]
    var phase = Phase.faults

    init(_ scenario: Scenario, observer: ((String) -> Void)?) {
        let world = World(scenario, observer: observer)
        let nodes = world.nodes
        self.world = world
        brokers = nodes.brokers.map { BrokerNode($0, in: world) }
        workers = nodes.workers.map { WorkerNode($0, in: world) }
        clients = nodes.clients.map { ClientNode($0, in: world) }
        rogues = nodes.rogues.map { RogueNode($0, in: world) }
        processes = brokers as [any SimulatedProcess] + workers + clients + rogues
        pauses = (0..<nodes.count).map { node in
            nodes.workers.contains(node) ? scenario.restartPause : .milliseconds(100)
        }
        freezers = [Int?](repeating: nil, count: nodes.count)
        world.checker.coverage.count(scenario.theme)
    }

    func run() {
        begin()
        var count = 0
        // Ends when all is done, at the first broken rule, or at the bound.
        while phase != .over, world.checker.violation == nil, let happening = world.scheduler.next() {
            count += 1
            if count > Self.bound { world.checker.fail(.settles, "nothing settles within \(Self.bound) happenings") }
            pass(happening)
        }
        world.checker.coverage.count(events: world.history.count)
        world.checker.coverage.count(.blockedSends, world.network.blocked)
        world.checker.coverage.count(.lostMessages, world.network.lost)
    }

    /// Who is there first differs: everybody must cope with any order of starts.
    private func begin() {
        let scenario = world.scenario
        for node in 0..<world.nodes.count {
            let latest = scenario.theme == .mixed ? 300_000 : 1_000
            let delay = Instant.Span.microseconds(Int64(world.random.skewed(0...latest)))
            world.scheduler.schedule(.start(node: node), after: delay)
        }
        for (index, fault) in scenario.faults.enumerated() {
            world.scheduler.schedule(.fault(index: index), at: fault.time)
        }
        world.scheduler.schedule(.calm, at: scenario.calm)
    }

    private func pass(_ happening: Happening) {
        switch happening {
        case .turn(let node): turn(node)
        case .arrival(let channel): world.network.arrive(channel: channel)
        case .dial(let socket): world.network.dial(socket)
        case .handshake(let connection): world.network.shakeHands(connection)
        case .silence(let channel, let since): world.network.notice(channel: channel, since: since)
        case .computed(let node, let executor, let life):
            if isGoing(node, life, happening) { compute(node, executor) }
        case .wish(let node, let life): if isGoing(node, life, happening) { wish(node) }
        case .fault(let index): begin(index)
        case .faultEnds(let index): end(index)
        case .start(let node): start(node)
        case .calm: mend()
        case .look: look()
        }
    }

    /// Whether that life of a process goes on; what happens to a frozen one has to wait.
    private func isGoing(_ node: Int, _ life: Int, _ happening: Happening) -> Bool {
        guard world.processes.isAlive(node), world.processes.life(of: node) == life else { return false }
        guard world.processes.isFrozen(node) else { return true }
        stalled.append(happening)
        return false
    }

    private func turn(_ node: Int) {
        guard world.processes.isRunning(node) else { return }
        processes[node].turn()
        if !world.processes.isAlive(node) { hasEnded(node) }
    }

    private func compute(_ node: Int, _ executor: Int) {
        let worker = workers[node - world.nodes.workers.lowerBound]
        worker.crashed = { [unowned self] in
            world.checker.coverage.count(.workerCrashes)
            kill(node)
        }
        worker.compute(executor)
    }

    private func wish(_ node: Int) {
        if world.nodes.clients.contains(node) {
            clients[node - world.nodes.clients.lowerBound].wish()
        } else {
            rogues[node - world.nodes.rogues.lowerBound].wish()
        }
    }

    func start(_ node: Int) {
        let isRogue = world.nodes.rogues.contains(node)
        guard !world.processes.isAlive(node), phase == .faults || !isRogue else { return }
        world.processes.begin(node)
        world.note(.starts, node)
        processes[node].start()
    }

    func kill(_ node: Int) {
        world.note(.dies, node)
        world.processes.end(node)
        world.scheduler.cancelTurns(of: node)
        processes[node].die()
        hasEnded(node)
    }

    /// Brokers and workers have a supervisor; a client that closed stays away, one that was killed comes back.
    private func hasEnded(_ node: Int) {
        freezers[node] = nil
        let isClosed = world.nodes.clients.contains(node) && clients[node - world.nodes.clients.lowerBound].isClosed
        guard !isClosed, !world.nodes.rogues.contains(node) else { return }
        world.scheduler.schedule(.start(node: node), after: phase == .faults ? pauses[node] : .milliseconds(20))
    }

    var outcome: SimulationOutcome {
        let violation = world.checker.violation
        return SimulationOutcome(
            seed: world.scenario.seed, theme: world.scenario.theme, violation: violation, hash: world.history.hash,
            events: world.history.count, milliseconds: world.now.nanoseconds / 1_000_000,
            lastLines: violation == nil ? [] : world.history.lastLines, coverage: world.checker.coverage)
    }
}
