/// The broker as a pure state machine: events in, effects out, time as a parameter.
///
/// It holds what is known of requests, workers and models, and decides; bytes and sockets are the shell's. A request
/// is `queued` for its service, `dispatched` to a worker, and then answered exactly once: with the worker's answer or
/// with a `Refusal`. Nothing here iterates a hashed collection, so that one history of events gives one of effects.
package struct BrokerCore: ~Copyable {
    enum Phase: Equatable {
        case serving
        /// Takes nothing new and works off what it holds, until that moment.
        case draining(until: Instant)
        /// Everything was answered, the rest with an error.
        case drained
    }

    let limits: BrokerLimits
    let started: Instant
    var requests: RequestTable
    var directory: ServiceDirectory
    var workers = WorkerRoster()
    var statistics = BrokerStatistics()
    var nextPing: Instant
    var phase = Phase.serving
    /// The services that have requests waiting and no worker.
    var orphans: [Int32] = []
    /// Requests for models that are not known yet.
    var held = SlotLinks.Chain()
    /// Until when they are held, and whether the shell was asked about them for the last time.
    var settlesUntil: Instant
    var isSettled = false
    var notes: [BrokerNote] = []
    private var expired: [Int32] = []

    /// - Parameter epoch: any number that differs from start to start; request names begin with it.
    package init(limits: BrokerLimits = BrokerLimits(), epoch: UInt32, now: Instant) {
        self.limits = limits
        started = now
        requests = RequestTable(epoch: epoch, now: now)
        directory = ServiceDirectory(seed: epoch)
        nextPing = now + limits.heartbeatInterval
        settlesUntil = now + limits.settlingTime
    }

    /// Where a request for `model` and `version` (both as they stand in the envelope; empty when absent) goes.
    package mutating func route(model: UnsafeRawBufferPointer, version: UnsafeRawBufferPointer) -> Route {
        directory.route(model: model, version: version)
    }

    package mutating func handle(_ event: BrokerEvent, at now: Instant, into effects: inout [BrokerEffect]) {
        switch event {
        case .request(let arrival): receive(arrival, at: now, into: &effects)
        case .answer(let peer, let answer): receive(answer, from: peer, at: now, into: &effects)
        case .cancel(let client, let name): cancel(name, of: client, at: now, into: &effects)
        case .clientGone(let client): forget(client, at: now, into: &effects)
        case .refusal(let peer, let request): takeBack(request, from: peer, at: now, into: &effects)
        case .hello(let peer, let announcement): join(peer, announcement, at: now, into: &effects)
        case .models(let peer, let announcement): change(peer, announcement, at: now, into: &effects)
        case .pong(let peer, let pong): receive(pong, from: peer, at: now, into: &effects)
        case .draining(let peer): beginDraining(peer, at: now, into: &effects)
        case .goodbye(let peer): leave(peer, at: now, into: &effects)
        case .unreachable(let peer): lose(peer, .disconnected, at: now, into: &effects)
        case .connectionLost: pingAll(into: &effects)
        case .drain: if phase == .serving { phase = .draining(until: now + limits.drainTimeout) }
        case .routed(let request, let route): self.route(request, to: route, at: now, into: &effects)
        case .tick: passTime(to: now, into: &effects)
        }
    }

    /// When the next `.tick` is due.
    package var nextDeadline: Instant {
        var next = nextPing
        if let deadline = requests.deadlines.next { next = min(next, deadline) }
        if case .draining(let end) = phase { next = min(next, end) }
        if !held.isEmpty && !isSettled { next = min(next, settlesUntil) }
        for service in orphans { next = min(next, directory[service].orphanedSince! + limits.orphanGrace) }
        return next
    }

    /// Whether a drain was asked for and everything accepted has its answer.
    package var isDrained: Bool {
        isDraining && requests.count == requests.abandonedCount
    }

    package var isDraining: Bool { phase != .serving }

    /// What happened since this was last asked that an operator may want to read.
    package mutating func takeNotes() -> [BrokerNote] {
        defer { notes = [] }
        return notes
    }

    package var hasNotes: Bool { !notes.isEmpty }

    // MARK: - Time

    private mutating func passTime(to now: Instant, into effects: inout [BrokerEffect]) {
        expireRequests(at: now, into: &effects)
        if now >= nextPing { beat(at: now, into: &effects) }
        giveUpOrphans(at: now, into: &effects)
        if !isSettled && !isSettling(at: now) {
            isSettled = true
            routeHeld(into: &effects)
        }
        if case .draining(let end) = phase, now >= end {
            phase = .drained
            refuseEverything(at: now, into: &effects)
        }
    }

    private mutating func expireRequests(at now: Instant, into effects: inout [BrokerEffect]) {
        requests.deadlines.advance(to: now, expired: &expired)
        for slot in expired { withdraw(slot, .deadlineExceeded, at: now, into: &effects) }
        expired.removeAll(keepingCapacity: true)
    }
}
