internal import SibylProtocol

/// Who computes what: least loaded first, never beyond a worker's credit.
extension BrokerCore {
    /// The ready worker of `service` that holds the smallest share of its capacity; nil when none has room.
    func leastLoadedWorker(of service: Int32, for priority: Priority, except excluded: Int32 = -1) -> Int32? {
        let candidates = directory[service].workers
        var best: Int32?
        var position = directory[service].turn
        for _ in candidates.indices {
            position = position + 1 < candidates.count ? position + 1 : 0
            let candidate = candidates[position]
            guard candidate != excluded, hasCredit(candidate, for: priority) else { continue }
            guard let champion = best else {
                best = candidate
                continue
            }
            if isLessLoaded(candidate, than: champion) { best = candidate }
        }
        return best
    }

    private func hasCredit(_ worker: Int32, for priority: Priority) -> Bool {
        priority == .bulk ? workers[worker].hasBulkCredit : workers[worker].hasCredit
    }

    func isLessLoaded(_ worker: Int32, than other: Int32) -> Bool {
        UInt64(workers[worker].inFlight) * UInt64(workers[other].capacity)
            < UInt64(workers[other].inFlight) * UInt64(workers[worker].capacity)
    }

    mutating func dispatch(_ slot: Int32, to worker: Int32, at now: Instant, into effects: inout [BrokerEffect]) {
        requests[slot].give(to: worker, at: now)
        let record = requests[slot]
        requests.links.append(slot, to: &workers[worker].held)
        let (peer, model) = workers[worker].take(record)
        directory[record.service].dispatched(to: worker)
        let header = WorkerMessage.Dispatch(
            request: RequestID(slot: slot, generation: record.generation).rawValue, model: model,
            timeLeft: UInt64(max(0, (record.deadline - now).microseconds)),
            queued: UInt32(clamping: (now - record.arrival).microseconds),
            attempt: record.attempts, flags: record.flags)
        effects.append(.dispatch(slot: slot, worker: peer, header))
    }

    /// Takes a request from its worker's hands.
    mutating func letGo(_ slot: Int32) {
        let record = requests[slot]
        requests.links.remove(slot, from: &workers[record.worker].held)
        workers[record.worker].letGo(record)
        directory[record.service].statistics.inFlight -= 1
    }

    /// Gives a worker that has room again what waits for it, its services taking turns.
    mutating func feed(_ worker: Int32, at now: Instant, into effects: inout [BrokerEffect]) {
        let apart = workers[worker].isolatedFor
        if apart >= 0 { return settleIsolation(of: apart, at: now, into: &effects) }
        let services = workers[worker].services
        var empty = 0
        // Ends when the worker is full or each of its services was found empty in a row.
        while workers[worker].hasCredit && empty < services.count {
            let turn = workers[worker].turn < services.count ? workers[worker].turn : 0
            workers[worker].turn = turn + 1
            let isServed = serveNext(of: services[turn], by: worker, at: now, into: &effects)
            empty = isServed ? 0 : empty + 1
        }
    }

    /// Dispatches the next request of a service's queue that the worker has room for; false when there is none.
    @discardableResult
    mutating func serveNext(
        of service: Int32, by worker: Int32, at now: Instant, into effects: inout [BrokerEffect]
    ) -> Bool {
        let allowsBulk = workers[worker].hasBulkCredit
        // Ends with the queue: what expired since the last tick leaves it here.
        while let slot = directory[service].queue.next(allowingBulk: allowsBulk) {
            if requests[slot].deadline <= now {
                withdraw(slot, .deadlineExceeded, at: now, into: &effects)
                continue
            }
            directory[service].queue.serve(slot, in: &requests)
            dispatch(slot, to: worker, at: now, into: &effects)
            return true
        }
        return false
    }

    /// Hands a service's queue to whoever has room.
    mutating func spread(_ service: Int32, at now: Instant, into effects: inout [BrokerEffect]) {
        // Each turn dispatches one request: ends when none waits or no worker has room for those that do.
        for priority in [Priority.interactive, .bulk] {
            while directory[service].queue.count(of: priority) > 0,
                let worker = leastLoadedWorker(of: service, for: priority),
                serveNext(of: service, by: worker, at: now, into: &effects)
            {}
        }
    }
}
