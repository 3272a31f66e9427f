import SibylProtocol

@testable import SibylCore

/// A broker core under test, its clock, and the effects of the last event: a transcript is a row of calls.
struct BrokerHarness: ~Copyable {
    var core: BrokerCore
    private(set) var now = Instant(nanoseconds: 1_000_000_000)
    private(set) var effects: [BrokerEffect] = []
    private var nextSlot: Int32 = 0

    static let client = PeerID(rawValue: 100)

    init(_ change: (inout BrokerLimits) -> Void = { _ in }) {
        var limits = BrokerLimits()
        limits.settlingTime = .zero
        change(&limits)
        core = BrokerCore(limits: limits, epoch: 7, now: now)
    }

    mutating func send(_ event: BrokerEvent) {
        effects.removeAll()
        core.handle(event, at: now, into: &effects)
    }

    /// Lets time pass without a tick, as for a process that was stopped.
    mutating func skip(milliseconds: Int64) {
        now = now + .milliseconds(milliseconds)
    }

    /// Takes what several events brought as the effects to look at.
    mutating func gather(_ gathered: [BrokerEffect]) {
        effects = gathered
    }

    /// Lets time pass, ticking whenever the core asks for it, and gathers the effects of all ticks.
    mutating func wait(milliseconds: Int64) {
        let end = now + .milliseconds(milliseconds)
        var gathered: [BrokerEffect] = []
        while core.nextDeadline <= end {
            now = max(now, core.nextDeadline)
            send(.tick)
            gathered += effects
        }
        now = end
        send(.tick)
        effects = gathered + effects
    }

    mutating func join(_ worker: UInt64, capacity: UInt32 = 1, models: [(String, String)] = [("m", "1.0.0")]) {
        send(
            .hello(
                PeerID(rawValue: worker),
                WorkerAnnouncement(
                    name: "w\(worker)", capacity: capacity,
                    models: models.map { WorkerAnnouncement.Model(name: $0.0, version: $0.1) })))
    }

    mutating func route(_ model: String, _ version: String = "") -> Route {
        Array(model.utf8).withUnsafeBytes { model in
            Array(version.utf8).withUnsafeBytes { core.route(model: model, version: $0) }
        }
    }

    /// A predict arrives; returns its slot.
    @discardableResult
    mutating func request(
        _ model: String = "m", version: String = "", priority: Priority = .interactive, timeout: Int64? = nil,
        named name: UInt64 = 0, size: Int = 10, from client: PeerID = client, tenant: UInt64 = 1, cost: UInt32 = 1
    ) -> Int32 {
        let slot = nextSlot
        nextSlot += 1
        send(
            .request(
                RequestArrival(
                    slot: slot, client: client, clientRequest: name, route: route(model, version), flags: [],
                    priority: priority, timeout: timeout.map { .milliseconds($0) }, size: size, tenant: tenant,
                    cost: cost)))
        return slot
    }

    mutating func answer(_ slot: Int32, from worker: UInt64, failure: ErrorCode? = nil, items: UInt32 = 1) {
        let header = WorkerMessage.Answer(
            request: core.requests.id(of: slot).rawValue, failure: failure, queued: 0, computed: 0, items: items,
            flags: [])
        send(.answer(PeerID(rawValue: worker), header))
    }

    /// Answers what the worker holds, again and again, until it has been given `count` requests; returns their slots.
    mutating func work(_ worker: UInt64, from first: Int32, count: Int) -> [Int32] {
        var slots: [Int32] = []
        var running = first
        while slots.count < count {
            answer(running, from: worker)
            guard let next = dispatched.first else { break }
            running = Int32(next[0])
            slots.append(running)
        }
        return slots
    }

    /// The (slot, worker) pairs that the last event dispatched.
    var dispatched: [[UInt64]] {
        effects.compactMap {
            if case .dispatch(let slot, let worker, _) = $0 { [UInt64(slot), worker.rawValue] } else { nil }
        }
    }

    /// The (slot, reason) pairs that the last event refused.
    var refused: [Refused] {
        effects.compactMap {
            switch $0 {
            case .refuse(let slot, _, let refusal), .refuseAndKeep(let slot, _, let refusal):
                Refused(slot: slot, refusal: refusal)
            default: nil
            }
        }
    }

    struct Refused: Equatable {
        var slot: Int32
        var refusal: Refusal
    }
}
