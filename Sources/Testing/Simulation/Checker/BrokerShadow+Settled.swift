internal import SibylCore
internal import SibylProtocol

/// What must hold between two events, and between two turns of the loop.
extension BrokerShadow {
    private static let tick: Int64 = 1_000_000

    /// After the effects of an event.
    func finishEvent() {
        if arriving >= 0 { takeIn(arriving) }
        for slot in unrouted { checker.fail(.routeRight, "a worker has joined, and \(text(slot)) is not routed again") }
        switch expected {
        case .nothing: break
        case .forward(let slot): checker.fail(.oneReply, "the answer to \(text(slot)) was neither sent nor dropped")
        case .dropAnswer(let slot):
            if slot >= 0 { checker.fail(.nothingLeaks, "\(text(slot)) was let go by its worker and not freed") }
        }
        for slot in cancelled { checker.fail(.cancelTold, "\(text(slot)) was cancelled by its client and goes on") }
        for slot in orphaned { checker.fail(.cancelTold, "the client of \(text(slot)) is gone, and it goes on") }
        if isPingDue {
            checker.require(
                pinged == present.count, .lossNoticed,
                "a connection broke, and \(pinged) of \(present.count) workers were pinged")
        }
        checker.require(stranger == nil, .lossNoticed, "a worker that the broker does not know was not told so")
        checker.require(owedCancels == 0, .cancelTold, "a worker was not told that nobody waits any more")
        bury()
        askAgain()
        noteOrphans()
        checkIdle()
    }

    /// A request that was neither refused nor dispatched waits.
    private func takeIn(_ slot: Int32) {
        let request = requests[Int(slot)]
        // One that has expired is answered at the next tick.
        guard isHeldBack(request) || request.deadline <= now else {
            accept(slot)
            if requests[Int(slot)].service >= 0 { lineUp(slot) }
            return
        }
        requests[Int(slot)].state = .held
        earliestDeadline = min(earliestDeadline, request.deadline)
        checker.coverage.count(.held)
    }

    /// Takes out the workers that went in this event: what they held must have been dealt with.
    func bury() {
        for index in going {
            guard let worker = workers[index] else { continue }
            // All that waits for its models was offered to all others.
            for other in present { workers[other]?.passedOver.removeAll { worker.services.contains($0) } }
            for slot in requests.indices where requests[slot].worker == index { inherit(Int32(slot), from: worker) }
            workers[index] = nil
            indices[worker.peer] = nil
            present.removeAll { $0 == index }
        }
        going.removeAll(keepingCapacity: true)
    }

    private func noteOrphans() {
        for index in services.indices {
            let isOrphaned = services[index].workers.isEmpty && services[index].waiting > 0
            services[index].orphanedSince = isOrphaned ? services[index].orphanedSince ?? now : nil
        }
    }

    /// At a heartbeat who refused something is asked again.
    private func askAgain() {
        guard isTick && pinged > 0 else { return }
        for index in present {
            workers[index]?.passedOver = []
            workers[index]?.hasRefused = false
        }
    }

    private func inherit(_ slot: Int32, from worker: Worker) {
        let request = requests[Int(slot)]
        switch request.state {
        case .dispatched where request.attempts < limits.attempts:
            // Another that goes in this event had it in between.
            retry(slot)
        case .dispatched:
            checker.fail(
                .attemptsBounded,
                "\(text(slot)) lost its worker on attempt \(request.attempts) of \(limits.attempts) and is kept")
        case .abandoned: checker.fail(.nothingLeaks, "\(text(slot)) was abandoned at \(worker.name), which is gone")
        case .free, .held, .queued: break
        }
    }

    // MARK: - Nothing idle

    /// Nothing waits while somebody could compute it.
    private func checkIdle() {
        guard services.contains(where: { $0.waiting > 0 }) else { return }
        // The worker that each service has set apart for its requests on their last attempt, as far as it must have.
        var setApart = [Int?](repeating: nil, count: services.count)
        for place in present {
            guard let service = services.indices.first(where: { isIdle(place, for: $0) }) else { continue }
            var visited = [Bool](repeating: false, count: services.count)
            let isExcused = mayBeApart(place, among: &setApart, visited: &visited)
            checker.require(
                isExcused, .workConserved,
                "\(services[service].interactive.count) interactive and \(services[service].bulk.count) bulk requests for "
                    + "\(services[service].name) \(services[service].version) wait while "
                    + "\(workers[place]?.name ?? "a worker") has room")
        }
        for index in services.indices where services[index].apart > 0 { checkSetApart(index) }
    }

    private func isIdle(_ place: Int, for index: Int) -> Bool {
        guard let worker = workers[place], services[index].workers.contains(place) else { return false }
        return !worker.passedOver.contains(index) && isWanted(worker, by: services[index])
    }

    /// Whether that worker, too, may be one that a service has set apart: each has one at most (Kuhn's augmenting paths).
    private func mayBeApart(_ place: Int, among chosen: inout [Int?], visited: inout [Bool]) -> Bool {
        for service in workers[place]?.services ?? [] where services[service].apart > 0 && !visited[service] {
            visited[service] = true
            if let other = chosen[service], !mayBeApart(other, among: &chosen, visited: &visited) { continue }
            chosen[service] = place
            return true
        }
        return false
    }

    private func isWanted(_ worker: Worker, by service: Service) -> Bool {
        service.interactive.count > 0 && worker.hasRoom || service.bulk.count > 0 && worker.hasRoomForBulk
    }

    /// With nobody computing anything, a request on its last attempt needn't wait.
    private func checkSetApart(_ index: Int) {
        let service = services[index]
        let isIdle = service.workers.allSatisfy { place in
            workers[place]?.inFlight == 0 && workers[place]?.hasRefused == false
        }
        // A worker may be set apart for one that has expired; the next tick takes that out, and asks again.
        let isLate = requests.contains { $0.state == .queued && $0.place == .apart && $0.deadline <= now }
        checker.require(
            !isIdle || service.workers.isEmpty || isLate, .workConserved,
            "\(service.apart) requests on their last attempt wait, and all workers of \(service.name) are idle")
    }

    // MARK: - Nothing late

    /// After a turn of the loop, when all that was due has been done.
    func finishTurn(at now: Instant) {
        checkDeadlines(at: now)
        checkWaits(at: now)
        guard excusedUntil < now else { return }
        let longest = limits.livenessTimeout.nanoseconds + limits.heartbeatInterval.nanoseconds
        for index in present {
            guard let worker = workers[index] else { continue }
            checker.require(
                (now - worker.lastHeard).nanoseconds <= longest, .lossNoticed,
                "\(worker.name) is silent for \((now - worker.lastHeard).milliseconds) ms and not taken for dead")
        }
    }

    /// Neither without a worker nor in a drain does anybody wait for longer than is said.
    private func checkWaits(at now: Instant) {
        let tick = Instant.Span(nanoseconds: Self.tick)
        for service in services {
            guard let since = service.orphanedSince, since + limits.orphanGrace + tick < now else { continue }
            checker.fail(
                .waitsBounded,
                "\(service.waiting) requests for \(service.name) wait without a worker since \((now - since).milliseconds) ms"
            )
        }
        guard drainEnd + tick < now else { return }
        for slot in requests.indices where isOpen(slot) {
            checker.fail(.waitsBounded, "\(text(Int32(slot))) waits, and the time to drain is over")
        }
    }

    private func isOpen(_ slot: Int) -> Bool {
        requests[slot].state != .free && requests[slot].state != .abandoned
    }

    private func checkDeadlines(at now: Instant) {
        // The wheel's tick: a deadline is met at the next whole millisecond.
        guard earliestDeadline.nanoseconds <= now.nanoseconds - Self.tick else { return }
        earliestDeadline = .distantFuture
        for slot in requests.indices where isOpen(slot) {
            let deadline = requests[slot].deadline
            earliestDeadline = min(earliestDeadline, deadline)
            checker.require(
                now.nanoseconds < deadline.nanoseconds + Self.tick, .deadlineKept,
                "\(text(Int32(slot))) is \(requests[slot].state) \((now - deadline).milliseconds) ms after its deadline"
            )
        }
    }
}
