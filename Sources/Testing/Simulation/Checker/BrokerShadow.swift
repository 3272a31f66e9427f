internal import SibylCore
internal import SibylJSON
internal import SibylProtocol

/// What a broker promises, kept beside it: told the same events and shown the effects, it knows where each request and
/// each worker must be, and holds every effect against that. Made from what the documentation says, not from the core.
final class BrokerShadow {
    struct Request {
        enum State {
            case free
            /// For a model that may yet be announced.
            case held
            case queued, dispatched
            /// Answered, or its client is gone, and still in a worker's hands.
            case abandoned
        }

        /// How it waits.
        enum Place {
            /// In its tenant's line.
            case line
            /// Before all others: it lost a worker, or a worker gave it back.
            case front
            /// For a worker of its own: it has one attempt left.
            case apart
        }

        var state = State.free
        var place = Place.line
        var call: Int32 = -1
        /// Counts arrivals.
        var number = 0
        var client = PeerID(rawValue: 0)
        var clientRequest: UInt64 = 0
        var service = -1
        var priority = Priority.interactive
        var tenant: UInt64 = 0
        var cost = 1
        var size = 0
        var arrival = Instant(nanoseconds: 0)
        var deadline = Instant(nanoseconds: 0)
        var attempts: UInt32 = 0
        var worker = -1
        /// The broker's name for it; 0 before it was dispatched.
        var name: UInt64 = 0
        /// Its worker is to hear that nobody waits any more.
        var owesCancel = false
    }

    struct Worker {
        var peer: PeerID
        var name: String
        var capacity: UInt32
        var services: [Int]
        var inFlight: UInt32 = 0
        var bulkInFlight: UInt32 = 0
        var isDraining = false
        /// Lost or leaving in the event at hand.
        var isGoing = false
        var lastHeard: Instant
        /// The services for which it was not asked again since it refused a request: it need not be before the next
        /// heartbeat.
        var passedOver: [Int] = []
        /// It refused a request since the last heartbeat.
        var hasRefused = false
        /// It holds a request on its last attempt, and is to hold no other.
        var isAlone = false

        var hasRoom: Bool { inFlight < capacity && !isAlone }

        /// An eighth of its places, and one at least, is kept for interactive requests.
        var hasRoomForBulk: Bool {
            hasRoom && (capacity == 1 || bulkInFlight < capacity - max(1, capacity / 8))
        }
    }

    struct Service {
        var name: String
        var version: String
        var workers: [Int] = []
        var interactive = LaneShadow()
        var bulk = LaneShadow()
        /// Requests that wait for a worker of their own.
        var apart = 0
        var bytes = 0
        /// What bulk has earned since both priorities wait, in items times `interactiveShare`.
        var earned = 0
        /// Whether that is all that was served.
        var isTurnKnown = true
        /// Since when requests wait and no worker is there.
        var orphanedSince: Instant?

        var waiting: Int { interactive.count + bulk.count + apart }
        var isContended: Bool { interactive.count > 0 && bulk.count > 0 }

        subscript(priority: Priority) -> LaneShadow {
            _read {
                switch priority {
                case .interactive: yield interactive
                case .bulk: yield bulk
                }
            }
            _modify {
                switch priority {
                case .interactive: yield &interactive
                case .bulk: yield &bulk
                }
            }
        }
    }

    /// What the answer or refusal at hand must lead to.
    enum Expectation: Equatable {
        case nothing
        case forward(Int32)
        case dropAnswer(frees: Int32)
    }

    let node: Int
    let limits: BrokerLimits
    let scenario: Scenario
    let checker: Checker
    let book: CallBook
    var requests: [Request] = []
    /// All that ever said hello, those that are gone as nil; an index is a session's name.
    var workers: [Worker?] = []
    var present: [Int] = []
    /// Those that are lost or leave in the event at hand.
    var going: [Int] = []
    var services: [Service] = []
    var indices: [PeerID: Int] = [:]
    var slots: [UInt64: Int32] = [:]
    var isDraining = false
    /// When a drain is over.
    var drainEnd = Instant.distantFuture
    /// Requests in any state but free.
    var heldCount = 0
    private var arrivals = 0

    /// What its `stats` must say.
    var counts = CountsShadow()

    // The event at hand.
    var now = Instant(nanoseconds: 0)
    var expected = Expectation.nothing
    /// The error that the answer at hand says.
    var failure: ErrorCode?
    /// A request at the door: neither accepted nor refused.
    var arriving: Int32 = -1
    var hello: (PeerID, WorkerAnnouncement)?
    /// Slots whose requests a cancel names, or whose client is gone.
    var cancelled: [Int32] = []
    var orphaned: [Int32] = []
    /// Requests whose workers must hear of it.
    var owedCancels = 0
    /// A worker that the broker does not know, and that is to hear so.
    var stranger: PeerID?
    /// Held requests that are to be routed again.
    var unrouted: [Int32] = []
    var pinged = 0
    var isTick = false
    var isPingDue = false
    var nextBeat: Instant
    var settlesUntil: Instant
    /// Who was held up itself can't say who was silent: the next beat can.
    var excusedUntil = Instant(nanoseconds: .min)
    /// No request's deadline is before it.
    var earliestDeadline = Instant.distantFuture

    init(_ node: Int, _ scenario: Scenario, checker: Checker, book: CallBook, at now: Instant) {
        self.node = node
        nextBeat = now + scenario.brokerLimits.heartbeatInterval
        settlesUntil = now + scenario.brokerLimits.settlingTime
        self.scenario = scenario
        limits = scenario.brokerLimits
        self.checker = checker
        self.book = book
    }

    // MARK: - Looking up

    func text(_ slot: Int32) -> String {
        "call \(requests[Int(slot)].call) in slot \(slot)"
    }

    func request(at slot: Int32) -> Request {
        Int(slot) < requests.count ? requests[Int(slot)] : Request()
    }

    func worker(_ peer: PeerID) -> Int? {
        indices[peer].flatMap { workers[$0] == nil ? nil : $0 }
    }

    /// The request that a worker may answer under that name.
    func held(_ name: UInt64, by peer: PeerID) -> Int32? {
        guard let worker = worker(peer), let slot = slots[name] else { return nil }
        let request = requests[Int(slot)]
        let isHeld = request.state == .dispatched || request.state == .abandoned
        return isHeld && request.worker == worker && request.name == name ? slot : nil
    }

    func isLastAttempt(_ request: Request) -> Bool {
        limits.attempts > 1 && request.attempts >= limits.attempts
    }

    /// Whether workers may still be on their way to a broker that has just started, or was held up for so long that they
    /// have given it up.
    var isSettling: Bool { !isDraining && (now < settlesUntil || isLate) }
    var isLate: Bool { limits.livenessTimeout < now - nextBeat }

    /// Whether a request at the door is to wait for a worker that may yet come.
    func isHeldBack(_ request: Request) -> Bool {
        let isServed = request.service >= 0 && !services[request.service].workers.isEmpty
        return isSettling && !isServed && heldCount <= limits.requests
    }

    // MARK: - Moving

    /// A request takes its place behind those of its tenant.
    func lineUp(_ slot: Int32) {
        arrivals += 1
        requests[Int(slot)].state = .queued
        requests[Int(slot)].place = .line
        requests[Int(slot)].number = arrivals
        let request = requests[Int(slot)]
        let weight = max(1, limits.tenantWeights[request.tenant] ?? 1)
        services[request.service][request.priority].arrive(
            request.number, of: request.tenant, weight: weight, cost: request.cost)
        services[request.service].bytes += request.size
    }

    /// A request that lost its worker, or was given back, goes before all others.
    func putBack(_ slot: Int32) {
        requests[Int(slot)].state = .queued
        requests[Int(slot)].worker = -1
        let request = requests[Int(slot)]
        services[request.service].bytes += request.size
        if request.attempts > 0 && request.attempts + 1 >= limits.attempts {
            requests[Int(slot)].place = .apart
            services[request.service].apart += 1
        } else {
            requests[Int(slot)].place = .front
            services[request.service][request.priority].comeBack()
        }
    }

    /// A request leaves its queue unserved.
    func leaveQueue(_ slot: Int32) {
        let request = requests[Int(slot)]
        services[request.service].bytes -= request.size
        switch request.place {
        case .line: services[request.service][request.priority].leave(request.number, of: request.tenant)
        case .front: services[request.service][request.priority].leaveReturned()
        case .apart: services[request.service].apart -= 1
        }
        settleContention(request.service)
    }

    /// Nobody of one priority waits any more: neither owes the other anything.
    func settleContention(_ service: Int) {
        if services[service].isContended { return }
        services[service].earned = 0
        services[service].isTurnKnown = true
    }

    /// Takes a request out of its worker's hands.
    func takeFromWorker(_ slot: Int32) {
        let worker = requests[Int(slot)].worker
        if worker >= 0 {
            workers[worker]?.inFlight -= 1
            if requests[Int(slot)].priority == .bulk { workers[worker]?.bulkInFlight -= 1 }
            if isLastAttempt(requests[Int(slot)]) { workers[worker]?.isAlone = false }
        }
        requests[Int(slot)].worker = -1
    }

    func free(_ slot: Int32) {
        if requests[Int(slot)].name != 0 { slots[requests[Int(slot)].name] = nil }
        requests[Int(slot)].state = .free
        heldCount -= 1
    }

    /// A worker's session is over. What it held waits again, but for what has no attempt left or was abandoned: the
    /// effects that follow must deal with that.
    func lose(_ worker: Int) {
        leave(worker)
        for slot in requests.indices where requests[slot].worker == worker && requests[slot].state == .dispatched {
            if requests[slot].attempts < limits.attempts { retry(Int32(slot)) }
        }
    }

    /// A request that lost its worker waits again.
    func retry(_ slot: Int32) {
        takeFromWorker(slot)
        counts[requests[Int(slot)].service].retried += 1
        putBack(slot)
    }

    /// A worker was lost at some moment of the event at hand: where its requests are, the effects will show.
    func loseSomeTime(_ worker: Int) {
        leave(worker)
        for service in services.indices { services[service].isTurnKnown = false }
    }

    private func leave(_ worker: Int) {
        workers[worker]?.isGoing = true
        going.append(worker)
        for service in workers[worker]?.services ?? [] { services[service].workers.removeAll { $0 == worker } }
    }

    // MARK: - At rest

    /// What a broker may hold, and must say, when everything has been answered.
    func requireEmpty(_ name: String, stats: JSONValue?) {
        for slot in requests.indices where requests[slot].state != .free {
            checker.fail(
                .nothingLeaks,
                "\(name) still holds \(text(Int32(slot))), \(requests[slot].state), with nothing left to do")
        }
        guard let stats else { return checker.fail(.statsRight, "the stats of \(name) are no JSON") }
        if let difference = counts.difference(from: stats) { checker.fail(.statsRight, "\(name): \(difference)") }
    }
}
