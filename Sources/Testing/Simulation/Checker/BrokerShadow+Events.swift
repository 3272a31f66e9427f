internal import SibylCore
internal import SibylProtocol

/// What happens to a broker, as its shadow understands it.
extension BrokerShadow {
    /// Told before the effects of the event.
    ///
    /// - Parameters:
    ///   - call: whose request it is.
    ///   - notes: what the broker said of workers that it lost.
    func observe(_ event: BrokerEvent, call: Int32 = -1, notes: [BrokerNote] = [], at now: Instant) {
        begin(at: now)
        switch event {
        case .request(let arrival): receive(arrival, call)
        case .routed(let request, let route): receive(route, of: request.rawValue)
        case .answer(let peer, let answer): receive(answer, from: peer)
        case .refusal(let peer, let request): takeBack(request.rawValue, from: peer)
        case .cancel(let client, let name): cancelled = open { $0.client == client && $0.clientRequest == name }
        case .clientGone(let client): forget(client)
        case .hello(let peer, let announcement): greet(peer, announcement)
        // No worker of a scenario changes what it serves.
        case .models: return
        case .pong(let peer, _):
            hear(peer)
            if worker(peer) == nil { stranger = peer }
        case .draining(let peer): beginDraining(peer)
        case .goodbye(let peer): if let worker = worker(peer) { lose(worker) }
        case .unreachable(let peer):
            if let worker = worker(peer) {
                lose(worker)
                counts.workersLost += 1
                checker.coverage.count(.lostDisconnected)
            }
        case .connectionLost: isPingDue = true
        case .drain:
            if !isDraining { drainEnd = now + limits.drainTimeout }
            isDraining = true
        case .tick: passTime()
        }
        for note in notes { read(note) }
    }

    private func begin(at now: Instant) {
        self.now = now
        expected = .nothing
        failure = nil
        arriving = -1
        hello = nil
        cancelled.removeAll(keepingCapacity: true)
        orphaned.removeAll(keepingCapacity: true)
        unrouted.removeAll(keepingCapacity: true)
        stranger = nil
        pinged = 0
        isTick = false
        isPingDue = false
    }

    private func passTime() {
        isTick = true
        guard nextBeat <= now else { return }
        if isLate {
            settlesUntil = now + limits.settlingTime
            excusedUntil = now + limits.heartbeatInterval
        }
        nextBeat = now + limits.heartbeatInterval
    }

    // MARK: - Requests

    private func receive(_ arrival: RequestArrival, _ call: Int32) {
        arriving = arrival.slot
        while requests.count <= Int(arrival.slot) { requests.append(Request()) }
        checker.require(
            requests[Int(arrival.slot)].state == .free, .oneReply,
            "slot \(arrival.slot) was given to call \(call) while it holds call \(requests[Int(arrival.slot)].call)")
        var request = Request()
        request.call = call
        request.client = arrival.client
        request.clientRequest = arrival.clientRequest
        request.priority = arrival.priority
        request.tenant = arrival.tenant
        request.cost = max(1, Int(arrival.cost))
        request.size = arrival.size
        request.arrival = now
        request.deadline = now + (arrival.timeout ?? limits.defaultTimeout)
        requests[Int(arrival.slot)] = request
        heldCount += 1
        enter(arrival.slot, arrival.route)
    }

    /// A held request is routed again.
    private func receive(_ route: Route, of name: UInt64) {
        guard let slot = slots[name], requests[Int(slot)].state == .held else { return }
        arriving = slot
        enter(slot, route)
    }

    private func enter(_ slot: Int32, _ route: Route) {
        if case .service(let service) = route { requests[Int(slot)].service = Int(service) }
        checkRoute(route, requests[Int(slot)].call)
    }

    /// The newest version that is ready and may answer, else the newest that was ever heard of.
    private func checkRoute(_ route: Route, _ call: Int32) {
        let choice = book[call].choice
        let candidates = services.indices.filter { index in
            choice.allowed.contains {
                scenario.models[$0].name == services[index].name
                    && scenario.models[$0].version == services[index].version
            }
        }
        let ready = candidates.filter { !services[$0].workers.isEmpty }
        // Versions stand in the scenario in their order, and compare as text there.
        let best = (ready.isEmpty ? candidates : ready).max { services[$0].version < services[$1].version }
        let isKnown = services.contains { $0.name == choice.model }
        let right: Route = best.map { .service(Int32($0)) } ?? (isKnown ? .versionNotFound : .modelNotFound)
        checker.require(
            route == right, .routeRight,
            "call \(call) for \(choice.model) '\(choice.version)' is routed to \(route) instead of \(right)")
    }

    private func receive(_ answer: WorkerMessage.Answer, from peer: PeerID) {
        guard let slot = held(answer.request, by: peer) else {
            expected = .dropAnswer(frees: -1)
            if worker(peer) == nil { stranger = peer }
            return
        }
        hear(peer)
        failure = answer.failure
        workers[requests[Int(slot)].worker]?.passedOver = []
        expected = requests[Int(slot)].state == .abandoned ? .dropAnswer(frees: slot) : .forward(slot)
        takeFromWorker(slot)
    }

    private func takeBack(_ name: UInt64, from peer: PeerID) {
        guard let slot = held(name, by: peer), let worker = worker(peer) else { return }
        hear(peer)
        takeFromWorker(slot)
        let services = workers[worker]?.services ?? []
        workers[worker]?.passedOver = services
        workers[worker]?.hasRefused = true
        if requests[Int(slot)].state == .abandoned {
            expected = .dropAnswer(frees: slot)
        } else {
            requests[Int(slot)].attempts -= 1
            putBack(slot)
        }
    }

    private func forget(_ client: PeerID) {
        orphaned = open { $0.client == client }
        for slot in orphaned where requests[Int(slot)].state == .dispatched { oweCancel(slot) }
    }

    /// Slots of requests that were not answered.
    private func open(where isMeant: (Request) -> Bool) -> [Int32] {
        requests.indices.compactMap { slot in
            let request = requests[slot]
            switch request.state {
            case .free, .abandoned: return nil
            case .held, .queued, .dispatched: return isMeant(request) ? Int32(slot) : nil
            }
        }
    }

    // MARK: - Workers

    private func hear(_ peer: PeerID) {
        if let worker = worker(peer) { workers[worker]?.lastHeard = now }
    }

    private func greet(_ peer: PeerID, _ announcement: WorkerAnnouncement) {
        if let worker = worker(peer) {
            lose(worker)
            counts.workersLost += 1
            checker.coverage.count(.lostReintroduced)
        }
        hello = (peer, announcement)
    }

    private func beginDraining(_ peer: PeerID) {
        guard let worker = worker(peer), workers[worker]?.isDraining == false else { return }
        hear(peer)
        workers[worker]?.isDraining = true
        for service in workers[worker]?.services ?? [] { services[service].workers.removeAll { $0 == worker } }
        checker.coverage.count(.workerDrains)
    }

    private func read(_ note: BrokerNote) {
        guard case .workerLost(let name, .silent, _) = note else { return }
        guard let worker = present.first(where: { workers[$0]?.name == name }), let record = workers[worker]
        else { return checker.fail(.lossNoticed, "\(name) was lost without being there") }
        checker.require(
            limits.livenessTimeout < now - record.lastHeard, .lossNoticed,
            "\(name) was taken for dead \((now - record.lastHeard).milliseconds) ms after its last word")
        loseSomeTime(worker)
        counts.workersLost += 1
        checker.coverage.count(.lostSilent)
    }
}
