internal import SibylCore

/// A scenario in words, for whoever replays a seed.
extension Scenario {
    package var lines: [String] {
        [heading, limitsLine, networkLine] + workerLines + clientLines + rogueLines + faultLines
    }

    private var heading: String {
        "\(theme.rawValue): \(brokers) brokers, \(workers.count) workers, \(clients.count) clients, \(rogues.count) "
            + "rogues; calm after \(calm.nanoseconds / 1_000_000) ms"
    }

    private var limitsLine: String {
        let limits = brokerLimits
        return "brokers: attempts \(limits.attempts), queue \(limits.queueLength) or \(limits.queueBytes) bytes, "
            + "\(limits.requests) requests, heartbeat \(limits.heartbeatInterval.milliseconds) ms, settling "
            + "\(limits.settlingTime.milliseconds) ms, orphans \(limits.orphanGrace.milliseconds) ms, drain "
            + "\(limits.drainTimeout.milliseconds) ms, default timeout \(limits.defaultTimeout.milliseconds) ms, "
            + "\(limits.tenantWeights.count) weights\(estimatesCosts ? ", batches are underestimated" : "")"
    }

    private var networkLine: String {
        "network: \(network.latency.lowerBound) to \(network.latency.upperBound) µs, \(network.latePerMille) in 1,000 up "
            + "to \(network.longestDelay) µs, room for \(network.mark) messages"
    }

    private var workerLines: [String] {
        workers.enumerated().map { number, worker in
            let names = worker.models.map { "\(models[$0].name) \(models[$0].version)" }
            return "worker\(number): capacity \(worker.limits.capacity), \(worker.threads) threads, "
                + names.joined(separator: ", ")
        }
    }

    private var clientLines: [String] {
        clients.enumerated().map { number, client in
            "client\(number): \(client.calls) calls, \(client.pattern), timeouts \(client.timeouts) ms, "
                + "\(client.bulkPercent)% bulk, \(client.batchPercent)% batches, \(client.cancelPercent)% cancelled, "
                + "\(client.poisonPerMille)‰ deadly, \(client.hangingPerMille)‰ hang"
                + (client.leavesEarly ? ", leaves early" : "")
        }
    }

    private var rogueLines: [String] {
        rogues.enumerated().map { number, rogue in
            "rogue\(number): answers \(rogue.answersPercent)%, a whim each \(rogue.pause.lowerBound) µs"
        }
    }

    private var faultLines: [String] {
        faults.enumerated().map { number, fault in
            "fault \(number): at \(fault.time.nanoseconds / 1_000_000) ms for \(fault.span.milliseconds) ms, "
                + fault.kind.line(nodes)
        }
    }
}
