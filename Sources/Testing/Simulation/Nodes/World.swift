internal import SibylCore

/// What all simulated processes share. It knows none of them.
final class World {
    let scenario: Scenario
    let nodes: NodeNumbers
    let scheduler: Scheduler
    let processes: ProcessTable
    let network: Network
    let history: History
    let checker: Checker
    let book: CallBook
    var random: RandomSource
    /// How far each process's clock is from the simulation's.
    private let offsets: [Instant.Span]

    init(_ scenario: Scenario, observer: ((String) -> Void)?) {
        self.scenario = scenario
        let nodes = scenario.nodes
        self.nodes = nodes
        random = scenario.random
        scheduler = Scheduler(nodes: nodes.count)
        processes = ProcessTable(count: nodes.count)
        network = Network(
            scenario.network, brokers: scenario.brokers, scheduler: scheduler, processes: processes,
            random: random.fork())
        history = History(nodes: nodes, faults: scenario.faults.map { $0.kind.line(nodes) }, observer: observer)
        checker = Checker()
        book = CallBook(scenario, checker: checker)
        var offsets: [Instant.Span] = []
        for _ in 0..<nodes.count { offsets.append(.microseconds(Int64(random.below(1_000_000_000)))) }
        self.offsets = offsets
    }

    var now: Instant { scheduler.now }

    func clock(of node: Int) -> Instant { scheduler.now + offsets[node] }

    /// The simulation's time at which a process's clock shows that moment.
    func time(of moment: Instant, at node: Int) -> Instant {
        moment == .distantFuture ? .distantFuture : moment - offsets[node]
    }

    func note(_ verb: Verb, _ node: Int, other: Int = -1, _ first: Int64 = 0, _ second: Int64 = 0) {
        history.note(verb, node, at: scheduler.now, other: other, first, second)
    }

    /// The process at a dealer's end, as a router names it.
    func owner(of connection: Int) -> Int {
        network.sockets[network.connections[connection].dealer].owner
    }

    func sleep(_ node: Int, until moment: Instant, hasInput: Bool) {
        if hasInput { return scheduler.requestTurn(of: node, at: now + .microseconds(20)) }
        let time = time(of: moment, at: node)
        guard time < .distantFuture else { return }
        scheduler.requestTurn(
            of: node, at: time + .microseconds(Int64(random.between(scenario.network.wakeUp))))
    }
}

/// A process of the simulation: one that the machine runs, stops and kills.
protocol SimulatedProcess: AnyObject {
    var node: Int { get }
    /// A new life, with nothing left of an earlier one.
    func start()
    /// One turn of its loop, as its shell does it.
    func turn()
    /// It is dead at once.
    func die()
    /// SIGTERM; a second one means now.
    func terminate(atOnce: Bool)
    /// Whether nothing is left to do.
    var isIdle: Bool { get }
    /// Holds its tables against what must be left: nothing.
    func requireEmpty()
}
