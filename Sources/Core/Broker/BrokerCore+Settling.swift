internal import SibylProtocol

/// A broker's first moments, after its start or after it was held up itself, as by SIGSTOP.
///
/// Clients and workers come back in any order then. Until workers had the time to, a model that nobody
/// announces is neither unknown nor unavailable: requests for it are held, and routed again whenever a worker has joined.
/// When that time is over, the rest is told so.
extension BrokerCore {
    func isSettling(at now: Instant) -> Bool {
        !isDraining && (now < settlesUntil || isLate(at: now))
    }

    /// Whether the broker was held up for so long that workers have given it up.
    func isLate(at now: Instant) -> Bool { limits.livenessTimeout < now - nextPing }

    func isServed(_ route: Route) -> Bool {
        if case .service(let service) = route { directory[service].isReady } else { false }
    }

    mutating func hold(_ slot: Int32) {
        requests[slot].state = .held
        requests.links.append(slot, to: &held)
    }

    /// Takes a held request out of the table.
    mutating func release(held slot: Int32) {
        requests.links.remove(slot, from: &held)
        requests.remove(slot)
    }

    /// Asks the shell, which has the names, where the held requests go now.
    func routeHeld(into effects: inout [BrokerEffect]) {
        var slot = held.first
        while slot >= 0 {
            effects.append(.route(slot: slot, requests.id(of: slot)))
            slot = requests.links.following(slot)
        }
    }

    /// What the shell found.
    mutating func route(
        _ id: RequestID, to route: Route, at now: Instant, into effects: inout [BrokerEffect]
    ) {
        guard let slot = requests.slot(of: id), requests[slot].state == .held else { return }
        let record = requests[slot]
        // One that has expired is answered at the next tick.
        if isSettling(at: now) && !isServed(route) || record.deadline <= now { return }
        switch route {
        case .service(let service):
            if let refusal = objection(to: record, for: service, at: now) {
                release(held: slot)
                return refuse(record, slot, refusal, of: service, into: &effects)
            }
            requests.links.remove(slot, from: &held)
            admit(slot, to: service, at: now, into: &effects)
        case .modelNotFound, .versionNotFound:
            release(held: slot)
            refuse(record, slot, unrouted: route, into: &effects)
        }
    }
}
