internal import SibylProtocol

/// The life of a request: in at `receive`, out through an answer, an error or a cancel.
extension BrokerCore {
    mutating func receive(_ arrival: RequestArrival, at now: Instant, into effects: inout [BrokerEffect]) {
        let record = RequestRecord(arrival, at: now, defaultTimeout: limits.defaultTimeout)
        if isSettling(at: now) && !isServed(arrival.route) && requests.count < limits.requests {
            requests.insert(record, at: arrival.slot)
            return hold(arrival.slot)
        }
        switch arrival.route {
        case .service(let service):
            if let refusal = objection(to: record, for: service, at: now) {
                return refuse(record, arrival.slot, refusal, of: service, into: &effects)
            }
            requests.insert(record, at: arrival.slot)
            admit(arrival.slot, to: service, at: now, into: &effects)
        case .modelNotFound, .versionNotFound:
            refuse(record, arrival.slot, unrouted: arrival.route, into: &effects)
        }
    }

    /// Dispatches a request or lets it wait its turn.
    mutating func admit(
        _ slot: Int32, to service: Int32, at now: Instant, into effects: inout [BrokerEffect]
    ) {
        directory[service].statistics.accepted += 1
        requests[slot].state = .queued
        requests[slot].service = service
        let priority = requests[slot].priority
        // Nobody overtakes those who wait already; while somebody of a priority waits, no worker has room for it.
        if directory[service].queue.count(of: priority) == 0,
            let worker = leastLoadedWorker(of: service, for: priority)
        {
            dispatch(slot, to: worker, at: now, into: &effects)
        } else {
            let weight = limits.weight(of: requests[slot].tenant)
            directory[service].queue.append(slot, weight: weight, in: &requests)
        }
    }

    /// Refuses a request that is not in the table.
    mutating func refuse(
        _ record: RequestRecord, _ slot: Int32, _ refusal: Refusal, of service: Int32,
        into effects: inout [BrokerEffect]
    ) {
        directory[service].statistics.accepted += 1
        directory[service].statistics.failed.count(refusal.code)
        effects.append(.refuse(slot: slot, client: record.client, refusal))
    }

    /// The same for one that no service was found for.
    mutating func refuse(
        _ record: RequestRecord, _ slot: Int32, unrouted route: Route, into effects: inout [BrokerEffect]
    ) {
        let refusal: Refusal = isDraining ? .draining : route == .modelNotFound ? .modelNotFound : .versionNotFound
        statistics.refused(refusal.code)
        effects.append(.refuse(slot: slot, client: record.client, refusal))
    }

    func objection(to record: RequestRecord, for service: Int32, at now: Instant) -> Refusal? {
        if isDraining { return .draining }
        if !directory[service].isReady { return .noWorker }
        // One that is held is in the table already.
        let others = record.state == .held ? requests.count - 1 : requests.count
        if hasRoom(for: record, service) && others < limits.requests { return nil }
        return .overloaded(retryAfter: timeToDrain(service, at: now))
    }

    private func hasRoom(for record: RequestRecord, _ service: Int32) -> Bool {
        // An empty queue takes a request of any size: one that the message limit allows must be able to pass.
        if directory[service].queue.isEmpty { return true }
        let free = limits.queueLength - directory[service].queue.count(of: record.priority)
        return free > 0 && directory[service].queue.bytes + record.size <= limits.queueBytes
            && directory[service].queue.count(of: record.tenant, record.priority) < free * limits.tenantShare
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
        let waited = record.dispatched + .microseconds(Int64(answer.queued)) - record.arrival
        let computed = Instant.Span.microseconds(Int64(answer.computed))
        directory[record.service].statistics.answered(
            answer.failure, after: now - record.arrival, waited: waited, computed: computed, at: now)
        workers[record.worker].answered(answer, at: now)
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
            // Of a worker that drains, which was the last of its model.
            strand(requests[slot].service, at: now, into: &effects)
            if requests[slot].state == .held { return }
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
            // One that left may have made room for another of them, and that have turned out to be too late.
            if requests[slot].state == .free { continue }
            statistics.disconnected += 1
            let isDispatched = requests[slot].state == .dispatched
            takeFromClient(slot, at: now, into: &effects)
            effects.append(isDispatched ? .forget(slot: slot) : .free(slot: slot))
        }
    }

    /// Answers a request with an error from wherever it stands. One that a worker holds keeps its slot, and the
    /// worker its credit, until the worker lets go of it.
    mutating func withdraw(_ slot: Int32, _ refusal: Refusal, at now: Instant, into effects: inout [BrokerEffect]) {
        let record = requests[slot]
        switch record.state {
        case .free, .abandoned: return
        case .held, .queued: effects.append(.refuse(slot: slot, client: record.client, refusal))
        case .dispatched: effects.append(.refuseAndKeep(slot: slot, client: record.client, refusal))
        }
        if record.state == .held {
            statistics.refused(refusal.code)
        } else {
            directory[record.service].statistics.failed.count(refusal.code)
        }
        takeFromClient(slot, at: now, into: &effects)
    }

    /// Nobody waits for a request any more: it leaves where it waits, or its worker is told.
    private mutating func takeFromClient(_ slot: Int32, at now: Instant, into effects: inout [BrokerEffect]) {
        let record = requests[slot]
        switch record.state {
        case .free, .abandoned: return
        case .held:
            release(held: slot)
        case .queued:
            directory[record.service].queue.remove(slot, in: &requests)
            requests.remove(slot)
            if record.isIsolated { settleIsolation(of: record.service, at: now, into: &effects) }
        case .dispatched:
            requests.abandon(slot)
            effects.append(.cancel(worker: workers[record.worker].peer, requests.id(of: slot)))
        }
    }
}
