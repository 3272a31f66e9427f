internal import SibylCore

/// What a client's core promises: each call is sent while somebody listens, to the first that does, once a connection,
/// with the time that is left, and ends once.
final class ClientShadow {
    private struct Slot {
        var isUsed = false
        var call: Int32 = -1
        var deadline = Instant(nanoseconds: 0)
        /// Where it is under way; -1 while it waits.
        var endpoint: Int32 = -1
        var name: UInt64 = 0
        /// The endpoints that turned it away since it last waited.
        var turnedAway: [Int32] = []
    }

    private let limits: ClientLimits
    private let checker: Checker
    private var slots: [Slot] = []
    /// The call that each name was given to.
    private var names: [UInt64: Int32] = [:]
    private var isConnected: [Bool]
    /// When an endpoint counts as connected again whose socket took nothing.
    private var nextTries: [Instant]
    private var count = 0
    private var waiting = 0

    // The event at hand.
    private var now = Instant(nanoseconds: 0)
    private var arriving: (call: Int32, timeout: Instant.Span)?
    private var reply: UInt64?
    private var cancelled: Int32 = -1
    /// The slot whose call the event says is to go elsewhere.
    private var turnedAway: Int?
    /// The reply in hand turns a call away that is another endpoint's.
    private var isElsewhere = false

    init(_ limits: ClientLimits, endpoints: Int, checker: Checker) {
        self.limits = limits
        self.checker = checker
        isConnected = [Bool](repeating: false, count: endpoints)
        nextTries = [Instant](repeating: .distantFuture, count: endpoints)
    }

    // MARK: - Events

    func observe(_ event: ClientEvent, call: Int32, at now: Instant) {
        self.now = now
        arriving = nil
        reply = nil
        cancelled = -1
        turnedAway = nil
        isElsewhere = false
        switch event {
        case .call(let timeout): arriving = (call, timeout)
        case .reply(let name): reply = name
        case .turnedAway(let name, let endpoint):
            reply = name
            turnAway(name, endpoint)
            isElsewhere = turnedAway == nil
        case .cancelled(let slot): cancelled = slot
        case .connected(let endpoint):
            lose(endpoint)
            isConnected[Int(endpoint)] = true
        case .disconnected(let endpoint): lose(endpoint)
        case .unsent(let endpoint):
            // Each message that was not taken tells so.
            guard isConnected[Int(endpoint)] else { return }
            lose(endpoint)
            nextTries[Int(endpoint)] = now + limits.sendRetry
        case .tick:
            for endpoint in nextTries.indices where nextTries[endpoint] <= now {
                nextTries[endpoint] = .distantFuture
                isConnected[endpoint] = true
            }
        case .close: break
        }
    }

    /// The call is to go elsewhere, if it is that endpoint's.
    private func turnAway(_ name: UInt64, _ endpoint: Int32) {
        turnedAway = slots.firstIndex { $0.isUsed && $0.name == name && $0.endpoint == endpoint }
        if let turnedAway { slots[turnedAway].turnedAway.append(endpoint) }
    }

    private func lose(_ endpoint: Int32) {
        isConnected[Int(endpoint)] = false
        nextTries[Int(endpoint)] = .distantFuture
        for index in slots.indices where slots[index].isUsed && slots[index].endpoint == endpoint {
            slots[index].endpoint = -1
            slots[index].turnedAway = []
            waiting += 1
        }
    }

    func finishEvent() {
        if let arriving { checker.fail(.answeredOnce, "call \(arriving.call) was neither taken nor turned away") }
        if reply != nil { checker.fail(.answeredOnce, "a reply was neither given to its call nor dropped") }
        checker.require(
            waiting == 0 || !isConnected.contains(true), .sentRight,
            "\(waiting) calls wait while a server is connected")
    }

    // MARK: - Effects

    func observe(_ effect: ClientEffect) {
        switch effect {
        case .accept(let slot): accept(slot)
        case .refuse:
            checker.require(count >= limits.calls, .failureJustified, "a call is turned away, and only \(count) wait")
            arriving = nil
        case .send(let slot, let name, let endpoint, let timeLeft): send(slot, name, to: endpoint, timeLeft)
        case .cancel: break
        case .finish(let slot): finish(slot)
        case .dropReply: dropReply()
        case .fail(let slot, let failure):
            checker.require(
                failure != .cancelled || slot == cancelled, .failureJustified,
                "a call is cancelled that nobody cancelled")
            end(slot)
        }
    }

    private func finish(_ slot: Int32) {
        checker.require(
            isUsed(slot) && reply == slots[Int(slot)].name, .answeredOnce,
            "a reply is given to slot \(slot), whose it is not")
        if turnedAway == Int(slot) {
            let isOver = slots[Int(slot)].deadline <= now
            let others = isConnected.indices.contains {
                isConnected[$0] && !slots[Int(slot)].turnedAway.contains(Int32($0))
            }
            checker.require(
                isOver || !others, .sentRight,
                "call \(slots[Int(slot)].call) fails as unavailable, and not every server was asked")
        }
        reply = nil
        end(slot)
    }

    private func dropReply() {
        // One that turns a call away is of no interest once the call is elsewhere.
        let isWanted = slots.contains { $0.isUsed && $0.name == reply && $0.name != 0 }
        checker.require(
            !isWanted || isElsewhere, .answeredOnce, "a reply is dropped, and its call waits")
        reply = nil
    }

    private func accept(_ slot: Int32) {
        guard let arriving else { return checker.fail(.answeredOnce, "a call is accepted with none in hand") }
        while slots.count <= Int(slot) { slots.append(Slot()) }
        checker.require(!slots[Int(slot)].isUsed, .answeredOnce, "slot \(slot) is given out a second time")
        slots[Int(slot)] = Slot(isUsed: true, call: arriving.call, deadline: now + arriving.timeout)
        count += 1
        waiting += 1
        self.arriving = nil
    }

    private func send(_ slot: Int32, _ name: UInt64, to endpoint: Int32, _ timeLeft: Instant.Span) {
        guard isUsed(slot) else { return checker.fail(.sentRight, "a call is sent that is over") }
        let record = slots[Int(slot)]
        if turnedAway == Int(slot) {
            checker.require(
                isConnected[Int(endpoint)] && !record.turnedAway.contains(endpoint), .sentRight,
                "call \(record.call) is sent to endpoint \(endpoint), which is gone or has turned it away")
            reply = nil
            waiting += 1
        } else {
            checker.require(record.endpoint < 0, .sentRight, "call \(record.call) is sent while it is under way")
            checker.require(
                isConnected.firstIndex(of: true) == Int(endpoint), .sentRight,
                "call \(record.call) is sent to endpoint \(endpoint), which is not the first that is connected")
        }
        checker.require(
            timeLeft == record.deadline - now, .timeLeftTold,
            "call \(record.call) is sent with \(timeLeft.milliseconds) ms, and has "
                + "\((record.deadline - now).milliseconds)")
        checker.require(
            names[name] == nil || names[name] == record.call, .namesUnique,
            "call \(record.call) is sent under a name of call \(names[name] ?? -1)")
        names[name] = record.call
        slots[Int(slot)].name = name
        slots[Int(slot)].endpoint = endpoint
        waiting -= 1
    }

    private func isUsed(_ slot: Int32) -> Bool {
        slots.indices.contains(Int(slot)) && slots[Int(slot)].isUsed
    }

    private func end(_ slot: Int32) {
        guard isUsed(slot) else { return checker.fail(.answeredOnce, "slot \(slot) ends, and it is free") }
        if slots[Int(slot)].endpoint < 0 { waiting -= 1 }
        slots[Int(slot)].isUsed = false
        count -= 1
    }

    // MARK: - Between turns

    /// After a turn of the loop, when all that was due has been done.
    func finishTurn(at now: Instant) {
        for slot in slots where slot.isUsed {
            checker.require(
                now.nanoseconds < slot.deadline.nanoseconds + 1_000_000, .endsByDeadline,
                "call \(slot.call) is open \((now - slot.deadline).milliseconds) ms after its deadline")
        }
    }
}
