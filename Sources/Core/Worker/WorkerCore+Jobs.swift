internal import SibylProtocol

/// The life of a job: accepted, then answered, withdrawn, or left behind by a session that ended.
extension WorkerCore {
    mutating func receive(
        _ header: WorkerMessage.Dispatch, from broker: Int32, at now: Instant, into effects: inout [WorkerEffect]
    ) {
        let link = Int(broker)
        links[link].lastHeard = now
        let request = RequestID(rawValue: header.request)
        switch links[link].state {
        case .welcomed where links[link].held.count < Int(limits.capacity):
            // What has expired on its way is not worth a place in the queue.
            guard header.timeLeft > 0 else { return effects.append(.expire(broker: broker)) }
            let slot = jobs.insert(request, of: broker, to: &links[link].held)
            let timeLeft = Instant.Span.microseconds(Int64(clamping: header.timeLeft))
            effects.append(.accept(slot: slot, broker: broker, deadline: now + timeLeft))
        case .welcomed, .draining: effects.append(.refuse(broker: broker, request))
        case .connecting, .greeting, .gone:
            // Of a session that is over: the broker has given it to another, and a refusal might meet that one.
            effects.append(.dropDispatch)
        }
    }

    /// A request that was on its way when its model went: another version or worker gets it.
    mutating func giveBack(
        _ request: RequestID, to broker: Int32, at now: Instant, into effects: inout [WorkerEffect]
    ) {
        links[Int(broker)].lastHeard = now
        switch links[Int(broker)].state {
        case .welcomed, .draining: effects.append(.refuse(broker: broker, request))
        case .connecting, .greeting, .gone: effects.append(.dropDispatch)
        }
    }

    mutating func finish(_ slot: Int32, at now: Instant, into effects: inout [WorkerEffect]) {
        let broker = jobs[slot].broker
        guard broker >= 0 else {
            jobs.free(slot)
            return effects.append(.dropAnswer)
        }
        // Cancelled ones too: the broker's credit comes back with the answer.
        effects.append(.forward(broker: broker))
        release(slot, of: broker, at: now, into: &effects)
    }

    mutating func withdraw(_ slot: Int32, at now: Instant, into effects: inout [WorkerEffect]) {
        let broker = jobs[slot].broker
        guard broker >= 0 else { return jobs.free(slot) }
        release(slot, of: broker, at: now, into: &effects)
    }

    private mutating func release(
        _ slot: Int32, of broker: Int32, at now: Instant, into effects: inout [WorkerEffect]
    ) {
        jobs.remove(slot, from: &links[Int(broker)].held)
        if links[Int(broker)].state == .draining { leaveIfIdle(broker, at: now, into: &effects) }
    }

    /// A job that is queued leaves the queue; of one that is computed the answer comes, which gives the credit back.
    mutating func cancel(
        _ request: RequestID, of broker: Int32, at now: Instant, into effects: inout [WorkerEffect]
    ) {
        links[Int(broker)].lastHeard = now
        guard let slot = jobs.slot(of: request, in: links[Int(broker)].held), !jobs[slot].isCancelled else { return }
        jobs[slot].isCancelled = true
        effects.append(.cancel(slot: slot, broker: broker))
    }
}
