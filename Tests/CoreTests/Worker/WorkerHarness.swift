import SibylProtocol

@testable import SibylCore

/// A worker core under test, its clock, and the effects of the last event: a transcript is a row of calls.
final class WorkerHarness {
    var core: WorkerCore
    private(set) var now = Instant(nanoseconds: 1_000_000_000)
    private(set) var effects: [WorkerEffect] = []
    private var lastRequest: UInt64 = 0

    init(brokers: Int = 1, _ change: (inout WorkerLimits) -> Void = { _ in }) {
        var limits = WorkerLimits()
        limits.capacity = 2
        change(&limits)
        core = WorkerCore(limits: limits, brokers: brokers, now: now)
    }

    @discardableResult
    func send(_ event: WorkerEvent) -> [WorkerEffect] {
        effects.removeAll()
        core.handle(event, at: now, into: &effects)
        return effects
    }

    /// Lets time pass, ticking whenever the core asks for it, and returns the effects of all ticks.
    @discardableResult
    func wait(milliseconds: Int64) -> [WorkerEffect] {
        let end = now + .milliseconds(milliseconds)
        var gathered: [WorkerEffect] = []
        while core.nextDeadline <= end {
            now = max(now, core.nextDeadline)
            gathered += send(.tick)
        }
        now = end
        gathered += send(.tick)
        effects = gathered
        return gathered
    }

    var isDrained: Bool { core.isDrained }
    var jobCount: Int { core.jobCount }

    /// Connection, hello and welcome.
    func join(_ broker: Int32 = 0, livenessTimeout: UInt32 = 2_000) {
        send(.connected(broker: broker))
        send(
            .welcome(
                broker: broker,
                WorkerMessage.Welcome(heartbeatInterval: 500, livenessTimeout: livenessTimeout)))
    }

    /// A dispatch arrives; returns the slot of its job if it was accepted.
    @discardableResult
    func dispatch(
        from broker: Int32 = 0, request: UInt64? = nil, timeLeft: UInt64 = 30_000_000
    ) -> Int32? {
        lastRequest = request ?? lastRequest + 1
        send(
            .dispatch(
                broker: broker,
                WorkerMessage.Dispatch(
                    request: lastRequest, model: 0, timeLeft: timeLeft, queued: 0, attempt: 1, flags: [])))
        if case .accept(let slot, _, _)? = effects.first { return slot }
        return nil
    }
}
