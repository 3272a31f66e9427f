internal import SibylProtocol

/// The life of a session: from a connection to a goodbye.
extension WorkerCore {
    mutating func connect(_ broker: Int32, at now: Instant, into effects: inout [WorkerEffect]) {
        switch links[Int(broker)].state {
        case .connecting: greet(broker, at: now, into: &effects)
        // A second connection without the end of the first: the broker is to hear what went lost with that.
        case .greeting: greet(broker, at: now, into: &effects)
        case .welcomed:
            lose(broker, .disconnected, at: now, into: &effects)
            greet(broker, at: now, into: &effects)
        case .draining: lose(broker, .disconnected, at: now, into: &effects)
        case .gone: return
        }
    }

    mutating func disconnect(_ broker: Int32, at now: Instant, into effects: inout [WorkerEffect]) {
        switch links[Int(broker)].state {
        case .connecting, .gone: return
        case .greeting, .welcomed, .draining: lose(broker, .disconnected, at: now, into: &effects)
        }
    }

    /// The socket did not take a message.
    mutating func retry(_ broker: Int32, at now: Instant, into effects: inout [WorkerEffect]) {
        switch links[Int(broker)].state {
        case .connecting, .gone: return
        // The connection is so young that the socket does not know it yet.
        case .greeting: links[Int(broker)].nextHello = now + limits.helloRetry
        // Its high-water mark is above the credit, so the broker does not read.
        case .welcomed, .draining:
            lose(broker, .blocked, at: now, into: &effects)
            if links[Int(broker)].state == .connecting { effects.append(.reconnect(broker: broker)) }
        }
    }

    mutating func join(
        _ broker: Int32, _ welcome: WorkerMessage.Welcome, at now: Instant, into effects: inout [WorkerEffect]
    ) {
        let link = Int(broker)
        guard links[link].state == .greeting else { return }
        links[link].enter(.welcomed, at: now)
        links[link].lastHeard = now
        let timeout = Instant.Span.milliseconds(Int64(welcome.livenessTimeout))
        let bounds = limits.livenessTimeouts
        links[link].livenessTimeout = min(max(timeout, bounds.lowerBound), bounds.upperBound)
        effects.append(.note(.joined(broker: broker)))
        if links[link].isOutdated {
            links[link].isOutdated = false
            effects.append(.models(broker: broker))
        }
    }

    mutating func answerPing(of broker: Int32, at now: Instant, into effects: inout [WorkerEffect]) {
        links[Int(broker)].lastHeard = now
        if links[Int(broker)].state != .gone { effects.append(.pong(broker: broker)) }
    }

    /// The broker doesn't know the worker: after a restart, or after a silence in which it took the worker for dead.
    mutating func introduce(to broker: Int32, at now: Instant, into effects: inout [WorkerEffect]) {
        switch links[Int(broker)].state {
        case .welcomed:
            lose(broker, .forgotten, at: now, into: &effects)
            greet(broker, at: now, into: &effects)
        case .draining:
            lose(broker, .forgotten, at: now, into: &effects)
        // While a hello is on its way this answers something that was sent before it.
        case .connecting, .greeting, .gone: return
        }
    }

    private mutating func greet(_ broker: Int32, at now: Instant, into effects: inout [WorkerEffect]) {
        links[Int(broker)].enter(.greeting, at: now, complaining: now + limits.complaintDelay)
        links[Int(broker)].nextHello = now + limits.helloInterval
        links[Int(broker)].isOutdated = false
        effects.append(.hello(broker: broker))
    }

    /// Who is welcome says at once what it serves now, who is not yet, with the welcome: the hello that is on its way may
    /// say something else.
    mutating func tellModels(into effects: inout [WorkerEffect]) {
        for broker in brokers {
            switch links[Int(broker)].state {
            case .welcomed: effects.append(.models(broker: broker))
            case .greeting: links[Int(broker)].isOutdated = true
            // A hello comes first, or nothing at all.
            case .connecting, .draining, .gone: continue
            }
        }
    }

    /// Ends a session: its jobs go to others, so their answers have nowhere to go. A draining worker does not come back.
    mutating func lose(
        _ broker: Int32, _ reason: WorkerNote.LossReason, at now: Instant, into effects: inout [WorkerEffect]
    ) {
        let link = Int(broker)
        let dropped = links[link].held.count
        if dropped > 0 {
            jobs.orphan(&links[link].held)
            effects.append(.abandon(broker: broker))
        }
        effects.append(.note(.lost(broker: broker, reason, dropped: dropped)))
        if isDraining {
            links[link].enter(.gone, at: now)
        } else {
            links[link].enter(.connecting, at: now, complaining: now + limits.complaintDelay)
        }
    }

    // MARK: - Leaving

    mutating func drain(at now: Instant, into effects: inout [WorkerEffect]) {
        guard phase == .serving else { return }
        phase = .draining(until: now + limits.drainTimeout)
        for broker in brokers {
            switch links[Int(broker)].state {
            case .connecting: links[Int(broker)].enter(.gone, at: now)
            case .greeting: leave(broker, at: now, into: &effects)
            case .welcomed:
                links[Int(broker)].enter(.draining, at: now)
                effects.append(.draining(broker: broker))
                leaveIfIdle(broker, at: now, into: &effects)
            case .draining, .gone: continue
            }
        }
    }

    mutating func leaveIfIdle(_ broker: Int32, at now: Instant, into effects: inout [WorkerEffect]) {
        if links[Int(broker)].held.isEmpty { leave(broker, at: now, into: &effects) }
    }

    private mutating func leave(_ broker: Int32, at now: Instant, into effects: inout [WorkerEffect]) {
        links[Int(broker)].enter(.gone, at: now)
        effects.append(.goodbye(broker: broker))
    }

    /// Gives back what waits and leaves; the broker gives what is being computed to others when it hears the goodbye.
    mutating func stop(at now: Instant, into effects: inout [WorkerEffect]) {
        drain(at: now, into: &effects)
        let held = links.reduce(0) { $0 + $1.held.count }
        if held > 0 { effects.append(.note(.drainCutShort(held: held))) }
        for broker in brokers where links[Int(broker)].state == .draining {
            effects.append(.handBack(broker: broker))
            jobs.orphan(&links[Int(broker)].held)
            leave(broker, at: now, into: &effects)
        }
    }

    // MARK: - Time

    mutating func passTime(to now: Instant, into effects: inout [WorkerEffect]) {
        if case .draining(let end) = phase, now >= end { stop(at: now, into: &effects) }
        for broker in brokers where links[Int(broker)].nextDeadline <= now {
            switch links[Int(broker)].state {
            case .connecting:
                complain(.unreachable(broker: broker, now - links[Int(broker)].since), at: now, into: &effects)
            case .greeting: wait(for: broker, at: now, into: &effects)
            case .welcomed, .draining:
                lose(broker, .silent, at: now, into: &effects)
                // A connection to a dead host looks alive for many minutes.
                if !isDraining { effects.append(.reconnect(broker: broker)) }
            case .gone: continue
            }
        }
    }

    private mutating func wait(for broker: Int32, at now: Instant, into effects: inout [WorkerEffect]) {
        let link = Int(broker)
        if links[link].nextComplaint <= now {
            complain(.unanswered(broker: broker, now - links[link].since), at: now, into: &effects)
        }
        if links[link].nextHello <= now {
            links[link].nextHello = now + limits.helloInterval
            effects.append(.hello(broker: broker))
        }
    }

    private mutating func complain(_ note: WorkerNote, at now: Instant, into effects: inout [WorkerEffect]) {
        effects.append(.note(note))
        switch note {
        case .unreachable(let broker, _), .unanswered(let broker, _):
            links[Int(broker)].nextComplaint = now + limits.complaintInterval
        case .joined, .lost, .drainCutShort: return
        }
    }

    private var brokers: Range<Int32> { 0..<Int32(links.count) }
}
