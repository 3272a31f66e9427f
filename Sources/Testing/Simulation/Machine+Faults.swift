internal import SibylCore

/// Faults as they come and go.
extension Machine {
    func begin(_ index: Int) {
        let fault = world.scenario.faults[index]
        guard phase == .faults, isPossible(fault.kind) else { return }
        world.note(.faultBegins, target(of: fault.kind), Int64(index))
        world.checker.coverage.count(fault: fault.kind.label(world.nodes))
        switch fault.kind {
        case .kill(let node):
            pauses[node] = fault.span
            kill(node)
        case .freeze(let node):
            freezers[node] = index
            freeze(node)
        case .drain(let node):
            pauses[node] = fault.span
            processes[node].terminate(atOnce: false)
        case .stop(let node):
            pauses[node] = fault.span
            processes[node].terminate(atOnce: true)
        case .partition(let one, let other): cut(one, other)
        case .isolate(let node): for other in others(than: node) { cut(node, other) }
        case .reset(let one, let other): world.network.reset(one, other)
        }
        world.scheduler.schedule(.faultEnds(index: index), after: fault.span)
    }

    private func isPossible(_ kind: Fault.Kind) -> Bool {
        switch kind {
        case .kill(let node): world.processes.isAlive(node)
        case .freeze(let node), .drain(let node), .stop(let node): world.processes.isRunning(node)
        case .partition, .isolate, .reset: true
        }
    }

    private func target(of kind: Fault.Kind) -> Int {
        switch kind {
        case .kill(let node), .freeze(let node), .drain(let node), .stop(let node), .isolate(let node): node
        case .partition(let one, _), .reset(let one, _): one
        }
    }

    func end(_ index: Int) {
        // What is left of them is mended by then.
        guard phase == .faults else { return }
        switch world.scenario.faults[index].kind {
        case .freeze(let node): if freezers[node] == index { thaw(node) }
        case .partition(let one, let other): mend(one, other)
        case .isolate(let node): for other in others(than: node) { mend(node, other) }
        case .kill, .drain, .stop, .reset: return
        }
    }

    private func others(than node: Int) -> [Int] {
        (0..<world.nodes.count).filter { $0 != node }
    }

    private func freeze(_ node: Int) {
        world.note(.freezes, node)
        world.processes.freeze(node, at: world.now)
        world.scheduler.cancelTurns(of: node)
        world.network.watchForSilence(at: node)
    }

    func thaw(_ node: Int) {
        world.note(.thaws, node)
        freezers[node] = nil
        world.processes.thaw(node, at: world.now)
        world.network.releaseAll()
        world.scheduler.requestTurn(of: node, at: world.now)
        let waiting = stalled
        stalled.removeAll()
        for happening in waiting { world.scheduler.schedule(happening, at: world.now) }
    }

    private func cut(_ one: Int, _ other: Int) {
        world.processes.cut(one, other, at: world.now)
        world.network.watchForSilence(at: one)
    }

    private func mend(_ one: Int, _ other: Int) {
        world.processes.mend(one, other, at: world.now)
        world.network.releaseAll()
    }
}
