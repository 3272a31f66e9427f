internal import SibylProtocol

/// Requests on their last attempt.
///
/// When a worker dies, nobody knows which of its requests killed it. One that has cost all its attempts but the last gets
/// a worker to itself: if that one dies as well, the request did it, and it alone fails. Without this, those that shared
/// its workers each time would fail along with it. At most one worker of a service is set apart at a time, so that the
/// others go on.
extension BrokerCore {
    /// Sets a worker apart if requests wait for one: it takes nothing new until it is empty, and then one at a time.
    mutating func isolate(
        _ service: Int32, except excluded: Int32 = -1, at now: Instant, into effects: inout [BrokerEffect]
    ) {
        guard directory[service].isolated < 0, !directory[service].queue.isolated.isEmpty,
            let worker = emptiestWorker(of: service, except: excluded)
        else { return }
        directory[service].isolated = worker
        workers[worker].isolatedFor = service
        settleIsolation(of: service, at: now, into: &effects)
    }

    private func emptiestWorker(of service: Int32, except excluded: Int32) -> Int32? {
        var best: Int32?
        for candidate in directory[service].workers
        where candidate != excluded && workers[candidate].isolatedFor < 0 {
            if let champion = best, !isLessLoaded(candidate, than: champion) { continue }
            best = candidate
        }
        return best
    }

    /// Gives the worker that is set apart the next request once it is empty; when none waits, it goes back to the others.
    mutating func settleIsolation(of service: Int32, at now: Instant, into effects: inout [BrokerEffect]) {
        let worker = directory[service].isolated
        guard worker >= 0 else { return }
        let slot = directory[service].queue.isolated.first
        if slot < 0 {
            if holdsLastAttempt(worker) { return }
            endIsolation(of: worker)
            feed(worker, at: now, into: &effects)
            // Another of its models may have waited for one that is empty.
            for other in workers[worker].services { isolate(other, at: now, into: &effects) }
        } else if workers[worker].inFlight == 0 && requests[slot].deadline > now {
            // One that has expired leaves at the next tick, which asks again.
            directory[service].queue.remove(slot, in: &requests)
            dispatch(slot, to: worker, at: now, into: &effects)
        }
    }

    private func holdsLastAttempt(_ worker: Int32) -> Bool {
        let slot = workers[worker].held.first
        return slot >= 0 && requests[slot].attempts >= limits.attempts
    }

    mutating func endIsolation(of worker: Int32) {
        let service = workers[worker].isolatedFor
        guard service >= 0 else { return }
        directory[service].isolated = -1
        workers[worker].isolatedFor = -1
    }
}
