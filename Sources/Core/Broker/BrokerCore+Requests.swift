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
            directory[service].statistics.failed(refusal.code)
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
        record.arrival = now
        record.deadline = now + (arrival.timeout ?? limits.defaultTimeout)
        requests.insert(record, at: arrival.slot)
        // Nobody may overtake those who wait already.
        if directory[service].queue.isEmpty, let worker = leastLoadedWorker(of: service) {
            dispatch(arrival.slot, to: worker, at: now, into: &effects)
        } else {
            directory[service].queue.append(arrival.slot, in: &requests)
        }
    }

    private func objection(to arrival: RequestArrival, for service: Int32, at now: Instant) -> Refusal? {
        if isDraining { return .draining }
        if !directory[service].isReady { return .noWorker }
        let queue = directory[service].queue
        let isFull = queue.count >= limits.queueLength || queue.bytes + arrival.size > limits.queueBytes
        // An empty queue takes a request of any size: one that the message limit allows must be able to pass.
        if (isFull && !queue.isEmpty) || requests.count >= limits.requests {
            return .overloaded(retryAfter: timeToDrain(service, at: now))
        }
        return nil
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
        release(slot, at: now)
        if record.state == .abandoned {
            statistics.answersDropped += 1
            effects.append(.dropAnswer)
            effects.append(.free(slot: slot))
        } else {
            count(answer, for: record, at: now)
            effects.append(.forward(slot: slot, client: record.client))
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
            directory[record.service].statistics.failed(code)
            workers[record.worker].failed += 1
        } else {
            workers[record.worker].done += 1
        }
        directory[record.service].statistics.answered(after: now - record.arrival, at: now)
    }

    /// Takes a request from its worker's hands, and out of the table.
    mutating func release(_ slot: Int32, at now: Instant) {
        let worker = requests[slot].worker
        requests.links.remove(slot, from: &workers[worker].held)
        workers[worker].inFlight -= 1
        directory[requests[slot].service].statistics.inFlight -= 1
        requests.remove(slot)
    }

    /// A worker did not begin a request: it goes back to the front of its queue, and the try doesn't count.
    mutating func takeBack(_ id: RequestID, from peer: PeerID, at now: Instant, into effects: inout [BrokerEffect]) {
        guard let slot = requests.slot(of: id), isHeld(slot, by: peer) else { return }
        let worker = requests[slot].worker
        workers[worker].lastHeard = now
        if requests[slot].state == .abandoned {
            release(slot, at: now)
            effects.append(.free(slot: slot))
        } else {
            requests[slot].attempts -= 1
            requeue(slot, from: worker)
            let service = requests[slot].service
            // The worker that refused has no room, whatever it announced: others first.
            if let other = leastLoadedWorker(of: service, except: worker) {
                serveNext(of: service, by: other, at: now, into: &effects)
            }
        }
    }

    /// Moves a request from its worker back to the front of its queue.
    mutating func requeue(_ slot: Int32, from worker: Int32) {
        let service = requests[slot].service
        requests.links.remove(slot, from: &workers[worker].held)
        workers[worker].inFlight -= 1
        directory[service].statistics.inFlight -= 1
        requests[slot].state = .queued
        requests[slot].worker = -1
        directory[service].queue.putBack(slot, in: &requests)
    }

    mutating func cancel(
        _ clientRequest: UInt64, of client: PeerID, at now: Instant, into effects: inout [BrokerEffect]
    ) {
        // A pass over the table, some tens of microseconds when it is full: cancels are rare, and an index would cost
        // every request.
        for slot in requests.records.indices {
            let record = requests.records[slot]
            guard record.clientRequest == clientRequest, record.client == client,
                record.state == .queued || record.state == .dispatched
            else { continue }
            withdraw(Int32(slot), .cancelled, at: now, into: &effects)
        }
    }

    /// Answers a request with an error from wherever it stands. One that a worker holds keeps its slot, and the
    /// worker its credit, until the worker lets go of it.
    mutating func withdraw(_ slot: Int32, _ refusal: Refusal, at now: Instant, into effects: inout [BrokerEffect]) {
        let record = requests[slot]
        switch record.state {
        case .queued:
            directory[record.service].queue.remove(slot, in: &requests)
            requests.remove(slot)
            effects.append(.refuse(slot: slot, client: record.client, refusal))
        case .dispatched:
            requests.abandon(slot)
            effects.append(.refuseAndKeep(slot: slot, client: record.client, refusal))
            effects.append(.cancel(worker: workers[record.worker].peer, requests.id(of: slot)))
        case .abandoned, .free:
            return
        }
        directory[record.service].statistics.failed(refusal.code)
    }
}
