internal import SibylProtocol

/// The life of a worker: in at `join`, out by a goodbye or by being lost.
extension BrokerCore {
    mutating func join(
        _ peer: PeerID, _ announcement: WorkerAnnouncement, at now: Instant, into effects: inout [BrokerEffect]
    ) {
        if workers.index(of: peer) != nil { lose(peer, .reintroduced, at: now, into: &effects) }
        if let reason = objection(to: announcement) {
            notes.append(.announcementRefused(name: announcement.name, reason: reason))
            return
        }
        let worker = workers.add(
            WorkerRecord(
                peer: peer, name: announcement.name, process: announcement.process,
                capacity: min(announcement.capacity, limits.capacity), services: [], places: [], joined: now,
                lastHeard: now))
        let services = adopt(announcement, by: worker)
        effects.append(.welcome(worker: peer, welcome))
        notes.append(
            .workerJoined(
                name: announcement.name, process: announcement.process,
                models: announcement.models.map { "\($0.name) \($0.version)" }, capacity: announcement.capacity))
        feed(worker, at: now, into: &effects)
        for service in services { isolate(service, at: now, into: &effects) }
        routeHeld(into: &effects)
    }

    private var welcome: WorkerMessage.Welcome {
        WorkerMessage.Welcome(
            heartbeatInterval: UInt32(clamping: limits.heartbeatInterval.milliseconds),
            livenessTimeout: UInt32(clamping: limits.livenessTimeout.milliseconds))
    }

    private func objection(to announcement: WorkerAnnouncement) -> String? {
        if announcement.capacity == 0 { return "it announced a capacity of 0; a worker must take at least one request" }
        if workers.count >= limits.workers { return "the broker has \(limits.workers) workers already" }
        return objection(toModelsOf: announcement)
    }

    func objection(toModelsOf announcement: WorkerAnnouncement) -> String? {
        if directory.count + announcement.models.count > limits.services && hasNoRoom(for: announcement.models) {
            return "the broker knows \(limits.services) models already"
        }
        let names = announcement.models.map { "\($0.name) \($0.version)" }
        if Set(names).count != names.count { return "it announced one model and version twice" }
        return nil
    }

    /// Those that it knows already take none.
    private func hasNoRoom(for models: [WorkerAnnouncement.Model]) -> Bool {
        let new = models.count { directory.index(name: $0.name, version: $0.version) == nil }
        return directory.count + new > limits.services
    }

    mutating func receive(
        _ pong: WorkerMessage.Pong, from peer: PeerID, at now: Instant, into effects: inout [BrokerEffect]
    ) {
        guard let worker = workers.index(of: peer) else {
            effects.append(.introduce(worker: peer))
            return
        }
        workers[worker].lastHeard = now
        workers[worker].residentBytes = pong.residentBytes ?? workers[worker].residentBytes
    }

    mutating func beginDraining(_ peer: PeerID, at now: Instant, into effects: inout [BrokerEffect]) {
        guard let worker = workers.index(of: peer), !workers[worker].isDraining else { return }
        workers[worker].isDraining = true
        workers[worker].lastHeard = now
        dismiss(worker, at: now, into: &effects)
        notes.append(.workerDraining(name: workers[worker].name))
        for service in workers[worker].services { isolate(service, at: now, into: &effects) }
    }

    mutating func leave(_ peer: PeerID, at now: Instant, into effects: inout [BrokerEffect]) {
        guard let worker = workers.index(of: peer) else { return }
        notes.append(.workerLeft(name: workers[worker].name))
        _ = remove(worker, at: now, into: &effects)
    }

    mutating func lose(
        _ peer: PeerID, _ reason: BrokerNote.LossReason, at now: Instant, into effects: inout [BrokerEffect]
    ) {
        guard let worker = workers.index(of: peer) else { return }
        let name = workers[worker].name
        statistics.workersLost += 1
        let requeued = remove(worker, at: now, into: &effects)
        notes.append(.workerLost(name: name, reason: reason, requeued: requeued))
    }

    /// Takes a worker out, and gives what it held to others. Returns how many requests that were.
    private mutating func remove(_ worker: Int32, at now: Instant, into effects: inout [BrokerEffect]) -> Int {
        let held = heldRequests(of: worker)
        var requeued = 0
        // Last first: each goes to the front of its queue, so that the oldest ends up foremost.
        for slot in held.reversed() {
            if requests[slot].state == .abandoned {
                release(slot)
                effects.append(.free(slot: slot))
            } else if requests[slot].attempts >= limits.attempts {
                giveUp(slot, into: &effects, at: now)
            } else {
                directory[requests[slot].service].statistics.retried += 1
                requeue(slot)
                requeued += 1
            }
        }
        dismiss(worker, at: now, into: &effects)
        let services = workers[worker].services
        workers.remove(worker)
        for service in services {
            isolate(service, at: now, into: &effects)
            spread(service, at: now, into: &effects)
        }
        return requeued
    }

    private func heldRequests(of worker: Int32) -> [Int32] {
        var slots: [Int32] = []
        var slot = workers[worker].held.first
        while slot >= 0 {
            slots.append(slot)
            slot = requests.links.following(slot)
        }
        return slots
    }

    private mutating func giveUp(_ slot: Int32, into effects: inout [BrokerEffect], at now: Instant) {
        let record = requests[slot]
        release(slot)
        directory[record.service].statistics.failed.count(.workerLost)
        effects.append(.refuse(slot: slot, client: record.client, .workerLost(attempts: record.attempts)))
    }

    /// Takes a worker off the lists of those that get new work.
    private mutating func dismiss(_ worker: Int32, at now: Instant, into effects: inout [BrokerEffect]) {
        endIsolation(of: worker)
        for service in workers[worker].services { dismiss(worker, from: service, at: now, into: &effects) }
        directory.forgetRoutes()
    }

    /// Nobody serves a model any more: what waits for it is given time until a worker comes back, or if it was taken out of
    /// service, looks for another version.
    mutating func strand(_ service: Int32, at now: Instant, into effects: inout [BrokerEffect]) {
        if directory[service].isReady || directory[service].queue.isEmpty { return }
        if directory[service].isWithdrawn { reroute(service, into: &effects) } else { orphan(service, at: now) }
    }

    private mutating func orphan(_ service: Int32, at now: Instant) {
        guard directory[service].orphanedSince == nil else { return }
        directory[service].orphanedSince = now
        orphans.append(service)
    }

    // MARK: - Time

    /// One heartbeat: drops who was silent too long, pings the others.
    mutating func beat(at now: Instant, into effects: inout [BrokerEffect]) {
        // Who was itself held up for so long can't say who was silent: the next beat can.
        let isLate = isLate(at: now)
        nextPing = now + limits.heartbeatInterval
        if isLate {
            settlesUntil = now + limits.settlingTime
            isSettled = false
        }
        for worker in workers.connected
        where !isLate && limits.livenessTimeout < now - workers[worker].lastHeard {
            lose(workers[worker].peer, .silent, at: now, into: &effects)
        }
        pingAll(into: &effects)
        offerAgain(at: now, into: &effects)
    }

    /// A worker that refused a request is passed over until it answers another; one that holds nothing would never be
    /// asked again, so whoever has room is asked once a heartbeat.
    private mutating func offerAgain(at now: Instant, into effects: inout [BrokerEffect]) {
        for service in directory.services.indices where !directory.services[service].queue.isEmpty {
            isolate(Int32(service), at: now, into: &effects)
            spread(Int32(service), at: now, into: &effects)
        }
    }

    /// A ping to a worker whose connection is gone fails at once, and so tells who it was.
    mutating func pingAll(into effects: inout [BrokerEffect]) {
        for worker in workers.connected { effects.append(.ping(worker: workers[worker].peer)) }
    }

    /// Answers the requests of models whose workers did not come back in time.
    mutating func giveUpOrphans(at now: Instant, into effects: inout [BrokerEffect]) {
        for service in orphans where directory[service].orphanedSince! + limits.orphanGrace <= now {
            directory[service].orphanedSince = nil
            orphans.removeAll { $0 == service }
            refuseQueue(of: service, at: now, into: &effects) { record in
                record.attempts > 0 ? .workerLost(attempts: record.attempts) : .noWorker
            }
        }
    }

    /// The drain's time is over: whatever is still held is answered with an error.
    mutating func refuseEverything(at now: Instant, into effects: inout [BrokerEffect]) {
        for slot in requests.records.indices {
            switch requests.records[slot].state {
            case .held, .queued, .dispatched: withdraw(Int32(slot), .draining, at: now, into: &effects)
            case .abandoned, .free: continue
            }
        }
    }

    private mutating func refuseQueue(
        of service: Int32, at now: Instant, into effects: inout [BrokerEffect],
        with refusal: (RequestRecord) -> Refusal
    ) {
        // Ends with the queue, from which each turn takes one.
        while let slot = directory[service].queue.any() {
            withdraw(slot, refusal(requests[slot]), at: now, into: &effects)
        }
    }
}
