internal import SibylProtocol

/// A client's calls and connections as a pure state machine: events in, effects out, time as a parameter.
///
/// A call goes to the first endpoint of the list that is connected; while none is, it waits. When the connection breaks
/// that it went over, it is sent again, with the time that is left, to whoever is connected then: the server answers a
/// request once, and a client takes one answer for a call. A server that turns a call away, since it drains or has no
/// worker, leaves it to the others that are connected, each of which is asked once.
package struct ClientCore: ~Copyable {
    private struct Endpoint {
        var isConnected = false
        /// When it counts as connected again, whose socket took no message although nobody said that the connection broke.
        var nextTry = Instant.distantFuture
        /// The calls that were sent there and are not answered.
        var sent = SlotLinks.Chain()
    }

    private struct Call {
        var generation: UInt32 = 0
        /// Where it was sent; -1 while it waits.
        var endpoint: Int32 = -1
        /// The first that turned it away, since it last waited; -1 for none.
        var turnedAwayBy: Int32 = -1
        var isUsed = false
        var deadline = Instant(nanoseconds: 0)
        /// Whether it was ever sent: what was not may fail earlier, with nobody there.
        var wasSent = false
    }

    private let limits: ClientLimits
    private var endpoints: [Endpoint]
    private var calls: [Call] = []
    private var vacant: [Int32] = []
    private var links = SlotLinks()
    private var waiting = SlotLinks.Chain()
    private var deadlines: DeadlineWheel
    private var expired: [Int32] = []
    /// Whether any endpoint was ever connected: a server that was there may be starting again.
    private var wasConnected = false
    package private(set) var callCount = 0

    /// - Parameter endpoints: how many there are; each is named by its place, the first being the preferred one.
    package init(limits: ClientLimits = ClientLimits(), endpoints: Int, now: Instant) {
        self.limits = limits
        self.endpoints = [Endpoint](repeating: Endpoint(), count: endpoints)
        deadlines = DeadlineWheel(startingAt: now)
    }

    package mutating func handle(_ event: ClientEvent, at now: Instant, into effects: inout [ClientEffect]) {
        switch event {
        case .call(let timeout): accept(timeout, at: now, into: &effects)
        case .reply(let call): finish(call, into: &effects)
        case .turnedAway(let call, let endpoint): sendElsewhere(call, endpoint, at: now, into: &effects)
        case .cancelled(let slot): cancel(slot, into: &effects)
        case .connected(let endpoint): connect(endpoint, at: now, into: &effects)
        case .disconnected(let endpoint): disconnect(endpoint, at: now, into: &effects)
        case .unsent(let endpoint): distrust(endpoint, at: now, into: &effects)
        case .close: close(into: &effects)
        case .tick:
            tryAgain(at: now, into: &effects)
            expire(at: now, into: &effects)
        }
    }

    /// When the next `.tick` is due; the distant future when nothing is.
    package var nextDeadline: Instant {
        var next = deadlines.next ?? .distantFuture
        for endpoint in endpoints { next = min(next, endpoint.nextTry) }
        return next
    }

    /// Whether any endpoint is connected.
    package var isConnected: Bool { preferredEndpoint != nil }

    // MARK: - Calls

    private mutating func accept(_ timeout: Instant.Span, at now: Instant, into effects: inout [ClientEffect]) {
        guard callCount < limits.calls else { return effects.append(.refuse) }
        let slot = vacant.popLast() ?? grow()
        calls[Int(slot)].isUsed = true
        calls[Int(slot)].endpoint = -1
        calls[Int(slot)].turnedAwayBy = -1
        calls[Int(slot)].wasSent = false
        calls[Int(slot)].generation &+= 1
        calls[Int(slot)].deadline = now + timeout
        callCount += 1
        effects.append(.accept(slot: slot))
        if let endpoint = preferredEndpoint {
            deadlines.set(slot, at: now + timeout)
            send(slot, to: endpoint, at: now, into: &effects)
        } else {
            // With nobody there since the start, a shorter wait tells that soon enough.
            let patience = wasConnected ? timeout : min(timeout, limits.connectTimeout)
            deadlines.set(slot, at: now + patience)
            links.append(slot, to: &waiting)
        }
    }

    private mutating func grow() -> Int32 {
        calls.append(Call())
        links.grow(to: calls.count)
        deadlines.grow(to: calls.count)
        return Int32(calls.count - 1)
    }

    private var preferredEndpoint: Int32? {
        for index in endpoints.indices where endpoints[index].isConnected { return Int32(index) }
        return nil
    }

    /// The call's name on the wire. The generation makes a late reply to an earlier call of the slot a stranger.
    private func name(of slot: Int32) -> UInt64 {
        UInt64(calls[Int(slot)].generation) << 32 | UInt64(UInt32(bitPattern: slot))
    }

    private func slot(of call: UInt64) -> Int32? {
        let slot = Int32(truncatingIfNeeded: call)
        guard slot >= 0, Int(slot) < calls.count, calls[Int(slot)].isUsed, name(of: slot) == call else { return nil }
        return slot
    }

    private mutating func send(
        _ slot: Int32, to endpoint: Int32, at now: Instant, into effects: inout [ClientEffect]
    ) {
        calls[Int(slot)].endpoint = endpoint
        calls[Int(slot)].wasSent = true
        links.append(slot, to: &endpoints[Int(endpoint)].sent)
        effects.append(
            .send(
                slot: slot, call: name(of: slot), endpoint: endpoint, timeLeft: calls[Int(slot)].deadline - now))
    }

    private mutating func finish(_ call: UInt64, into effects: inout [ClientEffect]) {
        guard let slot = slot(of: call) else { return effects.append(.dropReply) }
        remove(slot)
        effects.append(.finish(slot: slot))
    }

    /// The caller reads what the last of the servers says.
    private mutating func sendElsewhere(
        _ call: UInt64, _ endpoint: Int32, at now: Instant, into effects: inout [ClientEffect]
    ) {
        // From a server that it was sent to before it is no news: it is another's now.
        guard let slot = slot(of: call), calls[Int(slot)].endpoint == endpoint else {
            return effects.append(.dropReply)
        }
        if calls[Int(slot)].turnedAwayBy < 0 { calls[Int(slot)].turnedAwayBy = endpoint }
        guard calls[Int(slot)].deadline > now, let next = nextEndpoint(of: slot) else {
            return finish(call, into: &effects)
        }
        links.remove(slot, from: &endpoints[Int(endpoint)].sent)
        send(slot, to: next, at: now, into: &effects)
    }

    /// The next that is connected behind the one that turned the call away, in a circle that ends at the first that did.
    private func nextEndpoint(of slot: Int32) -> Int32? {
        var next = calls[Int(slot)].endpoint
        for _ in endpoints.indices {
            next = Int(next) + 1 < endpoints.count ? next + 1 : 0
            if next == calls[Int(slot)].turnedAwayBy { return nil }
            if endpoints[Int(next)].isConnected { return next }
        }
        return nil
    }

    private mutating func cancel(_ slot: Int32, into effects: inout [ClientEffect]) {
        guard Int(slot) < calls.count, calls[Int(slot)].isUsed else { return }
        tellServer(toDrop: slot, into: &effects)
        remove(slot)
        effects.append(.fail(slot: slot, .cancelled))
    }

    private func tellServer(toDrop slot: Int32, into effects: inout [ClientEffect]) {
        let endpoint = calls[Int(slot)].endpoint
        if endpoint >= 0 { effects.append(.cancel(call: name(of: slot), endpoint: endpoint)) }
    }

    /// Takes a call out of its chain and frees the slot.
    private mutating func remove(_ slot: Int32) {
        let endpoint = calls[Int(slot)].endpoint
        if endpoint >= 0 {
            links.remove(slot, from: &endpoints[Int(endpoint)].sent)
        } else {
            links.remove(slot, from: &waiting)
        }
        deadlines.clear(slot)
        calls[Int(slot)].isUsed = false
        vacant.append(slot)
        callCount -= 1
    }

    // MARK: - Connections

    private mutating func connect(_ endpoint: Int32, at now: Instant, into effects: inout [ClientEffect]) {
        // A second connection without the end of the first: what was sent over that is lost.
        disconnect(endpoint, at: now, into: &effects)
        endpoints[Int(endpoint)].isConnected = true
        wasConnected = true
        sendWaiting(at: now, into: &effects)
    }

    private mutating func disconnect(_ endpoint: Int32, at now: Instant, into effects: inout [ClientEffect]) {
        endpoints[Int(endpoint)].nextTry = .distantFuture
        guard endpoints[Int(endpoint)].isConnected else { return }
        endpoints[Int(endpoint)].isConnected = false
        // Ends with the calls that were sent there. First in line again: they have waited longest.
        while !endpoints[Int(endpoint)].sent.isEmpty {
            let slot = endpoints[Int(endpoint)].sent.last
            links.remove(slot, from: &endpoints[Int(endpoint)].sent)
            calls[Int(slot)].endpoint = -1
            calls[Int(slot)].turnedAwayBy = -1
            links.prepend(slot, to: &waiting)
        }
        sendWaiting(at: now, into: &effects)
    }

    /// The socket took no message: the connection has broken, or is so young that the socket does not know it yet. For the
    /// one an event is on its way, for the other none is, so it is tried again.
    private mutating func distrust(_ endpoint: Int32, at now: Instant, into effects: inout [ClientEffect]) {
        guard endpoints[Int(endpoint)].isConnected else { return }
        disconnect(endpoint, at: now, into: &effects)
        endpoints[Int(endpoint)].nextTry = now + limits.sendRetry
    }

    private mutating func tryAgain(at now: Instant, into effects: inout [ClientEffect]) {
        for index in endpoints.indices where endpoints[index].nextTry <= now {
            endpoints[index].nextTry = .distantFuture
            endpoints[index].isConnected = true
        }
        sendWaiting(at: now, into: &effects)
    }

    private mutating func sendWaiting(at now: Instant, into effects: inout [ClientEffect]) {
        guard let endpoint = preferredEndpoint else { return }
        // Ends with the calls that wait.
        while !waiting.isEmpty {
            let slot = waiting.first
            guard calls[Int(slot)].deadline > now else {
                remove(slot)
                effects.append(.fail(slot: slot, .unreachable))
                continue
            }
            links.remove(slot, from: &waiting)
            if !calls[Int(slot)].wasSent {
                deadlines.clear(slot)
                deadlines.set(slot, at: calls[Int(slot)].deadline)
            }
            send(slot, to: endpoint, at: now, into: &effects)
        }
    }

    // MARK: - Ends

    private mutating func expire(at now: Instant, into effects: inout [ClientEffect]) {
        deadlines.advance(to: now, expired: &expired)
        for slot in expired {
            let endpoint = calls[Int(slot)].endpoint
            // The server knows the deadline, and drops the request by itself.
            remove(slot)
            effects.append(.fail(slot: slot, endpoint >= 0 ? .timedOut(endpoint: endpoint) : .unreachable))
        }
        expired.removeAll(keepingCapacity: true)
    }

    private mutating func close(into effects: inout [ClientEffect]) {
        for slot in calls.indices.map(Int32.init) where calls[Int(slot)].isUsed {
            tellServer(toDrop: slot, into: &effects)
            remove(slot)
            effects.append(.fail(slot: slot, .closed))
        }
    }
}

/// The bounds of a client.
package struct ClientLimits: Sendable {
    /// Calls that may wait for answers at once; beyond it a call fails at once, so that a caller that never waits can't
    /// eat the memory.
    package var calls = 65_536
    /// How long a call waits at most while no endpoint was ever reached.
    package var connectTimeout = Instant.Span(nanoseconds: .max)
    /// After how long an endpoint is tried again whose socket took no message.
    package var sendRetry = Instant.Span.milliseconds(10)

    package init() {}
}
