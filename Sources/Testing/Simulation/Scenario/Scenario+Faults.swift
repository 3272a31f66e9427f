internal import SibylCore

/// What goes wrong in a scenario, and when.
extension Scenario {
    private enum Family: CaseIterable {
        case killWorker, freezeWorker, drainWorker, killBroker, freezeBroker, drainBroker, killClient
        case partition, isolate, reset
    }

    mutating func drawFaults(_ random: inout RandomSource) {
        // One kind alone, some of them, or all.
        let families =
            switch random.below(3) {
            case 0: [random.pick(Family.allCases)]
            case 1: Family.allCases.filter { _ in random.chance(percent: 40) }
            default: Family.allCases
            }
        guard !families.isEmpty else { return }
        let span = Int(calm.nanoseconds / 1_000)
        for _ in 0..<random.skewed(1...12) {
            // In the first second there is most to do.
            let latest = random.chance(percent: 50) ? min(span, 1_200_000) : span
            let time = Instant(nanoseconds: 0) + .microseconds(Int64(random.between(1_000...latest)))
            faults.append(
                Fault(
                    time: time, kind: draw(random.pick(families), &random),
                    span: .microseconds(Int64(random.skewed(500...4_000_000)))))
        }
        faults.sort { $0.time < $1.time }
    }

    /// One thing at a time, and after each the time to get over it: nothing may be lost.
    mutating func drawSingleFaults(_ random: inout RandomSource) {
        let families: [Family] = [
            .killWorker, .killBroker, .freezeWorker, .freezeBroker, .drainWorker, .drainBroker, .partition, .reset,
        ]
        var time = Instant(nanoseconds: 0) + .milliseconds(Int64(random.between(300...1_500)))
        for _ in 0..<random.between(1...4) {
            let span = Instant.Span.microseconds(Int64(random.skewed(500...2_000_000)))
            var kind = draw(random.pick(families), &random)
            // Told to leave at once, a broker drops what it holds, as if it were killed; a worker gives it back.
            if case .stop(let node) = kind { kind = .drain(node) }
            faults.append(Fault(time: time, kind: kind, span: span))
            time = time + span + .milliseconds(Int64(random.between(4_000...6_000)))
        }
        calm = max(calm, time)
    }

    private func draw(_ family: Family, _ random: inout RandomSource) -> Fault.Kind {
        let nodes = nodes
        let worker = nodes.workers.lowerBound + random.below(nodes.workers.count)
        let broker = random.below(nodes.brokers.count)
        let client = nodes.clients.lowerBound + random.below(nodes.clients.count)
        let other = random.chance(percent: 60) ? worker : client
        switch family {
        case .killWorker: return .kill(worker)
        case .freezeWorker: return .freeze(worker)
        case .drainWorker: return random.chance(percent: 30) ? .stop(worker) : .drain(worker)
        case .killBroker: return .kill(broker)
        case .freezeBroker: return .freeze(broker)
        case .drainBroker: return random.chance(percent: 20) ? .stop(broker) : .drain(broker)
        case .killClient: return .kill(client)
        case .partition: return .partition(broker, other)
        case .isolate: return .isolate(random.chance(percent: 50) ? other : broker)
        case .reset: return .reset(broker, other)
        }
    }
}
