internal import SibylProtocol

/// The life of a request: in at `receive`, out through an answer, an error or a cancel.
extension BrokerCore {
    mutating func receive(_ arrival: RequestArrival, at now: Instant, into effects: inout [BrokerEffect]) {
        guard case .service(let service) = arrival.route else {
            let refusal: Refusal = arrival.route == .modelNotFound ? .modelNotFound : .versionNotFound
            statistics.refused(refusal.code)
            effects.append(.refuse(slot: arrival.slot, client: arrival.client, refusal))
            return
        }
        directory[service].statistics.accepted += 1
        if let refusal = objection(to: arrival, for: service, at: now) {
            directory[service].statistics.failed.count(refusal.code)
            effects.append(.refuse(slot: arrival.slot, client: arrival.client, refusal))
            return
        }
        var record = RequestRecord()
        record.state = .queued
        record.flags = arrival.flags
        record.priority = arrival.priority
        record.service = service
        record.client = arrival.client
        record.clientRequest = arrival.clientRequest
        record.size = arrival.size
        record.tenant = arrival.tenant
        record.cost = max(1, arrival.cost)
        record.arrival = now
        record.deadline = now + (arrival.timeout ?? limits.defaultTimeout)
        requests.insert(record, at: arrival.slot)
        // Nobody overtakes those who wait already; while somebody of a priority waits, no worker has room for it.
        if directory[service].queue.count(of: arrival.priority) == 0,
            let worker = leastLoadedWorker(of: service, for: arrival.priority)
        {
            dispatch(arrival.slot, to: worker, at: now, into: &effects)
        } else {
            let weight = limits.weight(of: arrival.tenant)
            directory[service].queue.append(arrival.slot, weight: weight, in: &requests)
        }
    }

    private func objection(to arrival: RequestArrival, for service: Int32, at now: Instant) -> Refusal? {
        if isDraining { return .draining }
        if !directory[service].isReady { return .noWorker }
        if hasRoom(for: arrival, service) && requests.count < limits.requests { return nil }
        return .overloaded(retryAfter: timeToDrain(service, at: now))
    }

    private func hasRoom(for arrival: RequestArrival, _ service: Int32) -> Bool {
        // An empty queue takes a request of any size: one that the message limit allows must be able to pass.
        if directory[service].queue.isEmpty { return true }
        let free = limits.queueLength - directory[service].queue.count(of: arrival.priority)
        return free > 0 && directory[service].queue.bytes + arrival.size <= limits.queueBytes
            && directory[service].queue.count(of: arrival.tenant, arrival.priority) < free * limits.tenantShare
    }

    /// How long the queue takes to empty at the rate of the last seconds.
    private func timeToDrain(_ service: Int32, at now: Instant) -> Instant.Span? {
        guard let rate = directory[service].statistics.rate.perSecond(at: now) else { return nil }
        let seconds = Double(directory[service].queue.count) / rate
        return .milliseconds(Int64(max(1, min(seconds * 1_000, 60_000))))
    }

    mutating func receive(
        _ answer: WorkerMessage.Answer, from peer: PeerID, at now: Instant, into effects: inout [BrokerEffect]
    ) {
        guard let slot = requests.slot(of: RequestID(rawValue: answer.request)), isHeld(slot, by: peer) else {
            statistics.answersDropped += 1
            effects.append(.dropAnswer)
            if workers.index(of: peer) == nil { effects.append(.introduce(worker: peer)) }
            return
        }
        let record = requests[slot]
        workers[record.worker].lastHeard = now
        release(slot)
        if record.state == .abandoned {
            statistics.answersDropped += 1
            directory[record.service].statistics.dropped += 1
            effects.append(.dropAnswer)
            effects.append(.free(slot: slot))
        } else {
            count(answer, for: record, at: now)
            effects.append(.forward(slot: slot, client: record.client))
        }
        if answer.items > record.cost {
            directory[record.service].queue.charge(record, Int(answer.items - record.cost))
        }
        feed(record.worker, at: now, into: &effects)
    }

    private func isHeld(_ slot: Int32, by peer: PeerID) -> Bool {
        let record = requests[slot]
        guard record.state == .dispatched || record.state == .abandoned else { return false }
        return workers[record.worker].peer == peer
    }

    private mutating func count(_ answer: WorkerMessage.Answer, for record: RequestRecord, at now: Instant) {
        if let code = answer.failure {
            directory[record.service].statistics.failed.count(code)
            workers[record.worker].failed.count(code)
        } else {
            workers[record.worker].done += 1
        }
        let waited = record.dispatched + .microseconds(Int64(answer.queued)) - record.arrival
        let computed = Instant.Span.microseconds(Int64(answer.computed))
        directory[record.service].statistics.answered(
            after: now - record.arrival, waited: waited, computed: computed, at: now)
        workers[record.worker].computeTime.record(computed)
        workers[record.worker].rate.count(at: now)
    }

    /// Takes a request from its worker's hands, and out of the table.
    mutating func release(_ slot: Int32) {
        letGo(slot)
        requests.remove(slot)
    }

    /// A worker did not begin a request: it goes back to the front of its queue, and the try doesn't count.
    mutating func takeBack(_ id: RequestID, from peer: PeerID, at now: Instant, into effects: inout [BrokerEffect]) {
        guard let slot = requests.slot(of: id), isHeld(slot, by: peer) else { return }
        let worker = requests[slot].worker
        workers[worker].lastHeard = now
        if requests[slot].state == .abandoned {
            release(slot)
            effects.append(.free(slot: slot))
        } else {
            requests[slot].attempts -= 1
            requeue(slot)
        }
        // The worker that refused has no room, whatever it announced: others first.
        offer(requests[slot].service, except: worker, at: now, into: &effects)
    }

    private mutating func offer(
        _ service: Int32, except worker: Int32, at now: Instant, into effects: inout [BrokerEffect]
    ) {
        endIsolation(of: worker)
        isolate(service, except: worker, at: now, into: &effects)
        let priority = directory[service].queue.count(of: .interactive) > 0 ? Priority.interactive : .bulk
        if let other = leastLoadedWorker(of: service, for: priority, except: worker) {
            serveNext(of: service, by: other, at: now, into: &effects)
        }
    }

    /// Moves a request from its worker back to the front of its queue, or to those that get a worker of their own.
    mutating func requeue(_ slot: Int32) {
        letGo(slot)
        requests[slot].state = .queued
        requests[slot].worker = -1
        let service = requests[slot].service
        if requests[slot].attempts > 0 && requests[slot].attempts + 1 >= limits.attempts {
            directory[service].queue.isolate(slot, in: &requests)
        } else {
            directory[service].queue.putBack(slot, in: &requests)
        }
    }

    mutating func cancel(
        _ clientRequest: UInt64, of client: PeerID, at now: Instant, into effects: inout [BrokerEffect]
    ) {
        for slot in requests.slots(of: client) where requests[slot].clientRequest == clientRequest {
            withdraw(slot, .cancelled, at: now, into: &effects)
        }
    }

    /// A client is gone: what it waited for is not computed, if that can still be helped.
    mutating func forget(_ client: PeerID, at now: Instant, into effects: inout [BrokerEffect]) {
        for slot in requests.slots(of: client) {
            directory[requests[slot].service].statistics.disconnected += 1
            let isQueued = requests[slot].state == .queued
            takeFromClient(slot, at: now, into: &effects)
            effects.append(isQueued ? .free(slot: slot) : .forget(slot: slot))
        }
    }

    /// Answers a request with an error from wherever it stands. One that a worker holds keeps its slot, and the
    /// worker its credit, until the worker lets go of it.
    mutating func withdraw(_ slot: Int32, _ refusal: Refusal, at now: Instant, into effects: inout [BrokerEffect]) {
        let record = requests[slot]
        guard record.state == .queued || record.state == .dispatched else { return }
        directory[record.service].statistics.failed.count(refusal.code)
        if record.state == .queued {
            effects.append(.refuse(slot: slot, client: record.client, refusal))
        } else {
            effects.append(.refuseAndKeep(slot: slot, client: record.client, refusal))
        }
        takeFromClient(slot, at: now, into: &effects)
    }

    /// Nobody waits for a request any more: it leaves its queue, or its worker is told.
    private mutating func takeFromClient(_ slot: Int32, at now: Instant, into effects: inout [BrokerEffect]) {
        let record = requests[slot]
        if record.state == .queued {
            directory[record.service].queue.remove(slot, in: &requests)
            requests.remove(slot)
            if record.isIsolated { settleIsolation(of: record.service, at: now, into: &effects) }
        } else {
            requests.abandon(slot)
            effects.append(.cancel(worker: workers[record.worker].peer, requests.id(of: slot)))
        }
    }
}
