internal import SibylCore

/// Which worker processes should run: a pure state machine, told of time and ends, that answers with effects.
///
/// One worker starts alone and the others follow once it is ready. So a mistake in the configuration is told once
/// rather than once a worker, and the first prediction shares the machine with nobody.
///
/// There is a slot for each worker, and one that is spare: in it the successor of another worker gets ready, while
/// workers are replaced one by one (`Supervision+Roll.swift`).
struct Supervision {
    struct Policy: Sendable {
        var workers = 1
        /// The pause before the first restart; it doubles with each further one.
        var firstPause = Instant.Span.milliseconds(100)
        /// Long enough to leave the machine in peace, short enough to be back soon after the cause is gone.
        var longestPause = Instant.Span.seconds(10)
        /// A worker that lived this long was well: its next restart is a first one again.
        var healthyAfter = Instant.Span.seconds(10)
        /// Ends in a row, before a worker was ever ready, after which nobody believes that the next will do better.
        var attempts = 5
        /// How long a worker that was asked to stop may take before it is killed.
        var stopTimeout = Instant.Span.seconds(15)
        /// How long a successor may take to get ready: a model of many gigabytes loads for minutes.
        var readyTimeout = Instant.Span.seconds(600)
    }

    enum Effect: Equatable, Sendable {
        case start(worker: Int)
        /// Told so that it can be logged: the restart itself is an effect of `tick`.
        case willRestart(worker: Int, after: Instant.Span, Ending)
        case terminate(worker: Int)
        case kill(worker: Int)
        /// No worker ever got ready; nothing runs any more.
        case giveUp(Ending)
        /// `stop` was called and no worker runs any more.
        case stopped
        case note(RollNote)
    }

    /// How a process ended.
    enum Ending: Equatable, Sendable {
        case exited(Int32)
        case signalled(Int32)

        var isConfigurationFault: Bool { self == .exited(ExitStatus.configuration.rawValue) }
    }

    enum Slot: Equatable {
        case idle
        case running(since: Instant)
        /// Asked to end, and killed at that moment.
        case leaving(until: Instant)
        case pausing(until: Instant)
    }

    enum Phase {
        /// Nobody has been ready yet; only the first worker is tried.
        case starting
        case serving
        /// The end is near: workers are restarted, but not replaced.
        case closing
        case stopping
        case over
    }

    let policy: Policy
    var phase = Phase.starting
    var slots: [Slot]
    /// Ends in a row of each slot's worker, none of them after a healthy run.
    private var failures: [Int]
    /// Workers are being replaced.
    var roll: Roll?
    /// They should be, as soon as that can begin.
    var isRollDue = false

    init(_ policy: Policy) {
        precondition(policy.workers > 0)
        self.policy = policy
        slots = Array(repeating: .idle, count: policy.workers + 1)
        failures = Array(repeating: 0, count: policy.workers + 1)
    }

    /// When `tick` has something to do; nil for not before something else happens.
    var nextDeadline: Instant? {
        var moments = slots.compactMap { slot in
            switch slot {
            case .pausing(let until), .leaving(let until): until
            case .idle, .running: nil
            }
        }
        if let roll, roll.deadline < .distantFuture { moments.append(roll.deadline) }
        return moments.min()
    }

    // MARK: - Events

    mutating func begin(at now: Instant) -> [Effect] {
        [start(0, at: now)]
    }

    /// The worker has joined the broker.
    mutating func workerIsReady(_ worker: Int, at now: Instant) -> [Effect] {
        guard case .starting = phase else { return successorIsReady(worker, at: now) }
        phase = .serving
        let others = slots.indices.prefix(policy.workers).filter { slots[$0] == .idle }
        return others.map { start($0, at: now) } + beginRollIfDue(at: now)
    }

    mutating func workerEnded(_ worker: Int, _ ending: Ending, at now: Instant) -> [Effect] {
        switch slots[worker] {
        case .idle, .pausing: return []
        case .leaving:
            slots[worker] = .idle
            return workerHasLeft(worker, at: now)
        case .running(let since):
            slots[worker] = .idle
            if roll?.isAwaiting(worker) == true { return successorEnded(ending, at: now) }
            // While none was ever ready, a long life only tells that the models load slowly.
            let wasHealthy = phase != .starting && now - since >= policy.healthyAfter
            failures[worker] = wasHealthy ? 1 : failures[worker] + 1
            return workerFell(worker, ending, at: now)
        }
    }

    mutating func tick(at now: Instant) -> [Effect] {
        var effects: [Effect] = []
        for worker in slots.indices {
            switch slots[worker] {
            case .pausing(let until) where now >= until: effects.append(start(worker, at: now))
            case .leaving(let until) where now >= until:
                // Once more later, should a killed process be slow to go.
                slots[worker] = .leaving(until: now + policy.stopTimeout)
                effects.append(.kill(worker: worker))
            case .idle, .running, .pausing, .leaving: continue
            }
        }
        return effects + passTimeOfRoll(to: now)
    }

    /// The workers go on until `stop`, but no further one is replaced: those that leave for that leave.
    mutating func close() {
        switch phase {
        case .starting, .serving: phase = .closing
        case .closing, .stopping, .over: return
        }
        roll = nil
        isRollDue = false
    }

    /// Asks all workers to end; `stopped` follows once they have.
    mutating func stop(at now: Instant) -> [Effect] {
        close()
        guard case .closing = phase else { return [] }
        phase = .stopping
        var effects: [Effect] = []
        for worker in slots.indices {
            switch slots[worker] {
            case .running: effects.append(dismiss(worker, at: now))
            case .pausing: slots[worker] = .idle
            case .idle, .leaving: continue
            }
        }
        return effects + finishIfNobodyRuns()
    }

    // MARK: - Parts

    mutating func start(_ worker: Int, at now: Instant) -> Effect {
        slots[worker] = .running(since: now)
        if roll?.isAwaiting(worker) == true { roll?.step = .starting(until: now + policy.readyTimeout) }
        return .start(worker: worker)
    }

    /// Asks a worker to end.
    mutating func dismiss(_ worker: Int, at now: Instant) -> Effect {
        slots[worker] = .leaving(until: now + policy.stopTimeout)
        return .terminate(worker: worker)
    }

    /// A worker ended that nobody had asked to.
    private mutating func workerFell(_ worker: Int, _ ending: Ending, at now: Instant) -> [Effect] {
        switch phase {
        case .starting where ending.isConfigurationFault || failures[worker] >= policy.attempts:
            phase = .over
            return [.giveUp(ending)]
        case .starting, .serving, .closing: return [restart(worker, after: failures[worker], ending, at: now)]
        case .stopping: return finishIfNobodyRuns()
        case .over: return []
        }
    }

    /// Starts a worker again after a pause.
    mutating func restart(_ worker: Int, after failures: Int, _ ending: Ending, at now: Instant) -> Effect {
        let pause = pause(after: failures)
        slots[worker] = .pausing(until: now + pause)
        return .willRestart(worker: worker, after: pause, ending)
    }

    /// A worker ended that had been asked to.
    private mutating func workerHasLeft(_ worker: Int, at now: Instant) -> [Effect] {
        failures[worker] = 0
        if case .stopping = phase { return finishIfNobodyRuns() }
        return successorIsAlone(without: worker, at: now) + beginRollIfDue(at: now)
    }

    private mutating func finishIfNobodyRuns() -> [Effect] {
        guard slots.allSatisfy({ $0 == .idle }) else { return [] }
        phase = .over
        return [.stopped]
    }

    private func pause(after failures: Int) -> Instant.Span {
        // 2^16 of the first pause is beyond any longest one, and can't overflow.
        let doubled = policy.firstPause.nanoseconds << Int64(min(failures - 1, 16))
        return min(Instant.Span(nanoseconds: doubled), policy.longestPause)
    }
}
