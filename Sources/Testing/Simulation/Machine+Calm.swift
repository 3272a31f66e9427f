internal import SibylCore

/// The end of a simulation: everything is mended, then all must drain, and all must work.
extension Machine {
    enum Phase: Equatable {
        case faults
        /// What is under way ends, and those that lost each other find each other again.
        case draining
        /// Each client asks once more for each thing, one after the other, and must get it.
        case probing(Probe)
        /// What the probes left behind ends.
        case settling
        case over
    }

    struct Probe: Equatable {
        var client = 0
        /// Which of the things that it asks for.
        var place = 0
        var call: Int32 = -1
    }

    /// How often it is looked whether all is done; a probe is soon over.
    private var interval: Instant.Span {
        if case .probing = phase { return .milliseconds(2) }
        return .milliseconds(20)
    }

    /// The longest that everything may take: whole timeouts, then a computation that hangs.
    private static let patience = Instant.Span.seconds(60)

    func mend() {
        world.note(.calm, -1)
        phase = .draining
        world.processes.mendAll()
        world.network.isCalm = true
        for rogue in rogues where world.processes.isAlive(rogue.node) {
            world.processes.end(rogue.node)
            rogue.die()
        }
        for node in 0..<world.nodes.count where world.processes.isFrozen(node) { thaw(node) }
        world.network.releaseAll()
        for node in 0..<world.nodes.rogues.lowerBound where !world.nodes.clients.contains(node) { start(node) }
        world.scheduler.schedule(.look, after: interval)
    }

    func look() {
        switch phase {
        case .faults, .over: return
        case .draining: if isNoticed && isIdle && isWhole { probe(Probe()) }
        case .probing(let probe): if isIdle { check(probe) }
        case .settling: if isIdle { finish() }
        }
        guard phase != .over else { return }
        if world.now > world.scenario.calm + Self.patience { giveUp() }
        world.scheduler.schedule(.look, after: interval)
    }

    private var isIdle: Bool {
        processes.allSatisfy { !world.processes.isAlive($0.node) || $0.isIdle }
    }

    /// Whether who was silent before the mending has been noticed by now.
    private var isNoticed: Bool {
        let limits = world.scenario.brokerLimits
        return world.now > world.scenario.calm + limits.livenessTimeout + limits.heartbeatInterval
            + limits.heartbeatInterval
    }

    /// Whether everybody is there and connected.
    private var isWhole: Bool {
        workers.allSatisfy { world.processes.isAlive($0.node) && $0.isWelcomedByAll }
            && clients.allSatisfy { !world.processes.isAlive($0.node) || $0.isConnectedToAll }
            && brokers.allSatisfy { $0.isServing && $0.shadow.present.count == workers.count }
    }

    /// Asks for that, or for the next thing that there is.
    private func probe(_ probe: Probe) {
        var probe = probe
        // Ends with the clients.
        while probe.client < clients.count {
            let client = clients[probe.client]
            if world.processes.isAlive(client.node), let call = client.probe(probe.place) {
                probe.call = call
                world.checker.coverage.count(.probes)
                phase = .probing(probe)
                return
            }
            probe = Probe(client: probe.client + 1)
        }
        phase = .settling
    }

    private func check(_ probe: Probe) {
        let ending = world.book[probe.call].ending
        world.checker.require(
            ending == .answered, .recovers,
            "call \(probe.call), made after everything was mended, ended with \(ending.text)")
        self.probe(Probe(client: probe.client, place: probe.place + 1))
    }

    private func finish() {
        phase = .over
        for (number, call) in world.book.calls.enumerated() where call.ending == nil {
            world.checker.fail(.answeredOnce, "call \(number) never ended")
        }
        for process in processes where world.processes.isAlive(process.node) { process.requireEmpty() }
    }

    private func giveUp() {
        for process in processes where world.processes.isAlive(process.node) && !process.isIdle {
            world.checker.fail(.drains, "\(world.nodes.name(of: process.node)) still has something to do")
        }
        world.checker.fail(.recovers, "workers, clients and brokers did not find each other again")
    }
}
