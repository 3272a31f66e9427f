internal import SibylCore

/// Replacing the workers one by one, with none less at any time: a successor starts in the spare slot; once it is ready,
/// the worker that it replaces is asked to leave, which answers what it has; that one's slot is the spare one then.
///
/// A worker that ends by itself meanwhile is restarted as always, and replaced when its turn comes.
extension Supervision {
    struct Roll {
        enum Step {
            /// The successor starts, and is given up at that moment.
            case starting(until: Instant)
            /// The successor serves, and the worker before it leaves.
            case handingOver
        }

        /// Whose turn is still to come, the next one first.
        var outgoing: ArraySlice<Int>
        var successor: Int
        /// Without a bound while no successor runs: the pause before the next has its own.
        var step = Step.starting(until: .distantFuture)
        /// Successors of the present turn that ended before they were ready.
        var failures = 0

        func isAwaiting(_ worker: Int) -> Bool {
            if case .starting = step { worker == successor } else { false }
        }

        var deadline: Instant {
            if case .starting(let until) = step { until } else { .distantFuture }
        }
    }

    /// How far it is.
    enum RollNote: Equatable, Sendable {
        case began(workers: Int)
        /// One is going on; another follows it.
        case postponed
        case handingOver(from: Int, to: Int)
        case finished
        /// A successor ended before it was ready, the last of so many.
        case givenUp(Ending, attempts: Int)
        /// A successor did not get ready in so long.
        case tooSlow(Instant.Span)
    }

    // MARK: - From its begin

    /// Replaces all workers. Asked for again while that goes on, it is done once more afterwards.
    mutating func replaceWorkers(at now: Instant) -> [Effect] {
        switch phase {
        case .starting, .serving: break
        case .closing, .stopping, .over: return []
        }
        isRollDue = true
        if roll != nil { return [.note(.postponed)] }
        return beginRollIfDue(at: now)
    }

    /// Begins when it should, and a slot is spare: the last roll may have left a worker that is slow to go.
    mutating func beginRollIfDue(at now: Instant) -> [Effect] {
        guard isRollDue, roll == nil, case .serving = phase else { return [] }
        guard let spare = slots.firstIndex(of: .idle) else { return [] }
        isRollDue = false
        let outgoing = slots.indices.filter { $0 != spare }
        return [.note(.began(workers: outgoing.count))] + startSuccessor(in: spare, of: outgoing[...], at: now)
    }

    private mutating func startSuccessor(in spare: Int, of outgoing: ArraySlice<Int>, at now: Instant) -> [Effect] {
        roll = Roll(outgoing: outgoing, successor: spare)
        return [start(spare, at: now)]
    }

    // MARK: - Step by step

    mutating func successorIsReady(_ worker: Int, at now: Instant) -> [Effect] {
        guard let roll, roll.isAwaiting(worker), let outgoing = roll.outgoing.first else { return [] }
        self.roll?.step = .handingOver
        switch slots[outgoing] {
        case .running:
            return [.note(.handingOver(from: outgoing, to: worker)), dismiss(outgoing, at: now)]
        case .leaving: return []
        case .idle, .pausing:
            // It ended by itself, and need not come back.
            slots[outgoing] = .idle
            return successorIsAlone(without: outgoing, at: now)
        }
    }

    /// The worker that was replaced is gone: on to the next.
    mutating func successorIsAlone(without worker: Int, at now: Instant) -> [Effect] {
        guard let roll, case .handingOver = roll.step, roll.outgoing.first == worker else { return [] }
        let others = roll.outgoing.dropFirst()
        if !others.isEmpty { return startSuccessor(in: worker, of: others, at: now) }
        return endRoll(.finished, at: now)
    }

    /// A successor ended before it was ready: what it is to replace goes on serving.
    mutating func successorEnded(_ ending: Ending, at now: Instant) -> [Effect] {
        guard var roll else { return [] }
        roll.failures += 1
        if ending.isConfigurationFault || roll.failures >= policy.attempts {
            return endRoll(.givenUp(ending, attempts: roll.failures), at: now)
        }
        roll.step = .starting(until: .distantFuture)
        self.roll = roll
        return [restart(roll.successor, after: roll.failures, ending, at: now)]
    }

    private mutating func endRoll(_ note: RollNote, at now: Instant) -> [Effect] {
        roll = nil
        return [.note(note)] + beginRollIfDue(at: now)
    }

    mutating func passTimeOfRoll(to now: Instant) -> [Effect] {
        guard let roll, now >= roll.deadline else { return [] }
        slots[roll.successor] = .leaving(until: now + policy.stopTimeout)
        return [.kill(worker: roll.successor)] + endRoll(.tooSlow(policy.readyTimeout), at: now)
    }
}
