internal import SibylCore

/// Which worker processes should run: a pure state machine, told of time and ends, that answers with effects.
///
/// One worker starts alone and the others follow once it is ready. So a mistake in the configuration is told once
/// rather than once a worker, and the first prediction shares the machine with nobody.
struct Supervision {
    struct Policy: Sendable {
        var workers = 1
        /// The pause before the first restart; it doubles with each further one.
        var firstPause = Instant.Span.milliseconds(100)
        /// Long enough to leave the machine in peace, short enough to be back soon after the cause is gone.
        var longestPause = Instant.Span.seconds(10)
        /// A worker that lived this long was well: its next restart is a first one again.
        var healthyAfter = Instant.Span.seconds(10)
        /// Ends in a row, before any worker was ever ready, after which nobody believes that the next will do better.
        var attempts = 5
        /// How long a worker that was asked to stop may take before it is killed.
        var stopTimeout = Instant.Span.seconds(15)
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
    }

    /// How a process ended.
    enum Ending: Equatable, Sendable {
        case exited(Int32)
        case signalled(Int32)

        var isConfigurationFault: Bool { self == .exited(ExitStatus.configuration.rawValue) }
    }

    private enum Slot {
        case idle
        case running(since: Instant)
        case pausing(until: Instant)
    }

    private enum Phase {
        /// Nobody has been ready yet; only the first worker is tried.
        case starting
        case serving
        case stopping(until: Instant)
        case over
    }

    private let policy: Policy
    private var phase = Phase.starting
    private var slots: [Slot]
    /// Ends in a row of each worker, none of them after a healthy run.
    private var failures: [Int]

    init(_ policy: Policy) {
        precondition(policy.workers > 0)
        self.policy = policy
        slots = Array(repeating: .idle, count: policy.workers)
        failures = Array(repeating: 0, count: policy.workers)
    }

    /// When `tick` has something to do; nil for not before something else happens.
    var nextDeadline: Instant? {
        if case .stopping(let until) = phase { return until }
        return slots.compactMap { if case .pausing(let until) = $0 { until } else { nil } }.min()
    }

    mutating func begin(at now: Instant) -> [Effect] {
        [start(0, at: now)]
    }

    /// Some worker has told the broker that it is ready.
    mutating func workerIsReady(at now: Instant) -> [Effect] {
        guard case .starting = phase else { return [] }
        phase = .serving
        return slots.indices.compactMap { worker in
            if case .idle = slots[worker] { start(worker, at: now) } else { nil }
        }
    }

    mutating func workerEnded(_ worker: Int, _ ending: Ending, at now: Instant) -> [Effect] {
        guard case .running(let since) = slots[worker] else { return [] }
        slots[worker] = .idle
        failures[worker] = now - since >= policy.healthyAfter ? 1 : failures[worker] + 1
        switch phase {
        case .starting where ending.isConfigurationFault || failures[worker] >= policy.attempts:
            phase = .over
            return [.giveUp(ending)]
        case .starting, .serving:
            let pause = pause(after: failures[worker])
            slots[worker] = .pausing(until: now + pause)
            return [.willRestart(worker: worker, after: pause, ending)]
        case .stopping:
            return finishIfNobodyRuns()
        case .over:
            return []
        }
    }

    mutating func tick(at now: Instant) -> [Effect] {
        if case .stopping(let until) = phase { return now >= until ? killAll(at: now) : [] }
        return slots.indices.compactMap { worker in
            if case .pausing(let until) = slots[worker], now >= until { start(worker, at: now) } else { nil }
        }
    }

    /// Asks all workers to end; `stopped` follows once they have.
    mutating func stop(at now: Instant) -> [Effect] {
        switch phase {
        case .stopping, .over: return []
        case .starting, .serving: break
        }
        phase = .stopping(until: now + policy.stopTimeout)
        let running = running
        for worker in slots.indices where !running.contains(worker) { slots[worker] = .idle }
        return running.map { .terminate(worker: $0) } + finishIfNobodyRuns()
    }

    // MARK: - Parts

    private var running: [Int] {
        slots.indices.filter { if case .running = slots[$0] { true } else { false } }
    }

    private mutating func start(_ worker: Int, at now: Instant) -> Effect {
        slots[worker] = .running(since: now)
        return .start(worker: worker)
    }

    private mutating func killAll(at now: Instant) -> [Effect] {
        // Once more later, should a killed process be slow to go.
        phase = .stopping(until: now + policy.stopTimeout)
        return running.map { .kill(worker: $0) }
    }

    private mutating func finishIfNobodyRuns() -> [Effect] {
        guard running.isEmpty else { return [] }
        phase = .over
        return [.stopped]
    }

    private func pause(after failures: Int) -> Instant.Span {
        // 2^16 of the first pause is beyond any longest one, and can't overflow.
        let doubled = policy.firstPause.nanoseconds << Int64(min(failures - 1, 16))
        return min(Instant.Span(nanoseconds: doubled), policy.longestPause)
    }
}
