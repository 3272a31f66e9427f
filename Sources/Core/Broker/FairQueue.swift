/// Requests of one priority that wait for one service: each tenant's in order of arrival, the tenants in turns.
///
/// Turns are weighted surplus round robin, a deficit round robin (Shreedhar and Varghese, 1995) in which a tenant may
/// overdraw its account by one request and then waits until it is level again (Adiseshu, Parulkar and Varghese, 1996). An
/// account is kept in items of work, so a batch counts as all of its items: over any time in which two tenants both wait, what
/// they are served in items differs, by weight, by one request of each at the most. Who waits alone is served at once and
/// pays nothing.
struct FairQueue {
    /// A tenant that waits, or still owes for what it got.
    private struct Flow {
        var tenant: UInt64 = 0
        var waiting = SlotLinks.Chain()
        /// Items that it may still be served in its turn; negative when it has overdrawn.
        var balance = 0
        var weight = 1
    }

    /// Tenants that wait for nothing and owe. Of more, those that come last are forgiven, so that somebody who takes
    /// another name for each request can't grow the ring.
    private static let debtorLimit = 1_024

    private var flows: [Flow] = []
    private var vacant: [Int32] = []
    private var index: IndexTable
    /// The flows in the order of their turns; the first one's turn it is.
    private var ring = SlotLinks.Chain()
    private var ringLinks = SlotLinks()
    /// Requests that had their turn and lost their worker: before all others, at no cost.
    private var returned = SlotLinks.Chain()
    private var debtorCount = 0
    private(set) var count = 0

    init(seed: UInt32) {
        index = IndexTable(seed: seed)
    }

    var isEmpty: Bool { count == 0 }

    /// How many requests of a tenant wait.
    func count(of tenant: UInt64) -> Int {
        index.index(of: tenant).map { flows[Int($0)].waiting.count } ?? 0
    }

    /// - Parameter weight: the tenant's share, from 1 on.
    mutating func append(_ slot: Int32, weight: Int, in table: inout RequestTable) {
        let flow = rejoin(table[slot].tenant) ?? join(table[slot].tenant, weight: weight)
        table[slot].flow = flow
        table.links.append(slot, to: &flows[Int(flow)].waiting)
        count += 1
    }

    /// Puts a request that had its turn before all others.
    mutating func putBack(_ slot: Int32, in table: inout RequestTable) {
        table[slot].flow = -1
        table.links.prepend(slot, to: &returned)
        count += 1
    }

    /// Takes a request out whose turn it isn't.
    mutating func remove(_ slot: Int32, in table: inout RequestTable) {
        count -= 1
        let flow = table[slot].flow
        if flow < 0 {
            table.links.remove(slot, from: &returned)
        } else {
            table.links.remove(slot, from: &flows[Int(flow)].waiting)
            if flows[Int(flow)].waiting.isEmpty { rest(flow) }
        }
        if isEmpty { forgiveAll() }
    }

    /// The request whose turn it is, still queued; nil when none waits.
    mutating func next() -> Int32? {
        if !returned.isEmpty { return returned.first }
        if isEmpty { return nil }
        var turns = 0
        // Somebody waits: at the latest a round after `skipRounds` it is level.
        while ring.count > 1 {
            let flow = Int(ring.first)
            if flows[flow].balance > 0 && !flows[flow].waiting.isEmpty { break }
            endTurn()
            turns += 1
            if turns > ring.count {
                skipRounds()
                turns = 0
            }
        }
        return flows[Int(ring.first)].waiting.first
    }

    /// Takes out the request that `next` gave, and charges its tenant.
    mutating func serve(_ slot: Int32, in table: inout RequestTable) {
        let flow = table[slot].flow
        if flow >= 0 && ring.count > 1 { flows[Int(flow)].balance -= Int(table[slot].cost) }
        remove(slot, in: &table)
    }

    /// A request cost more than was charged.
    mutating func charge(_ tenant: UInt64, _ items: Int) {
        guard ring.count > 1, let flow = index.index(of: tenant) else { return }
        flows[Int(flow)].balance -= items
    }

    // MARK: - Turns

    /// Whose turn is over goes to the end of the ring, or leaves it.
    private mutating func endTurn() {
        let flow = ring.first
        if flows[Int(flow)].waiting.isEmpty && flows[Int(flow)].balance >= 0 {
            debtorCount -= 1
            return leave(flow)
        }
        ringLinks.remove(flow, from: &ring)
        ringLinks.append(flow, to: &ring)
        beginTurn()
    }

    /// Who comes to the front of the ring, for whatever reason, gets what it may be served.
    private mutating func beginTurn() {
        guard !ring.isEmpty else { return }
        let flow = Int(ring.first)
        // What was not used in one turn is not saved for a later one.
        flows[flow].balance = min(flows[flow].balance, 0) + flows[flow].weight
    }

    /// A whole round found nobody who waits and is level: gives all as many rounds as the first of them needs.
    private mutating func skipRounds() {
        var rounds = Int.max
        forEachInRing { flow in
            if !flow.waiting.isEmpty { rounds = min(rounds, (-flow.balance) / flow.weight) }
        }
        guard rounds > 0 else { return }
        forEachInRing { $0.balance += rounds * $0.weight }
    }

    private mutating func forEachInRing(_ body: (inout Flow) -> Void) {
        var flow = ring.first
        while flow >= 0 {
            body(&flows[Int(flow)])
            flow = ringLinks.following(flow)
        }
    }

    // MARK: - Tenants

    /// The flow of a tenant that is in the ring already.
    private mutating func rejoin(_ tenant: UInt64) -> Int32? {
        guard let flow = index.index(of: tenant) else { return nil }
        if flows[Int(flow)].waiting.isEmpty { debtorCount -= 1 }
        return flow
    }

    private mutating func join(_ tenant: UInt64, weight: Int) -> Int32 {
        let flow = vacant.popLast() ?? Int32(flows.count)
        if Int(flow) == flows.count {
            flows.append(Flow())
            ringLinks.grow(to: flows.count)
        }
        flows[Int(flow)] = Flow(tenant: tenant, balance: weight, weight: weight)
        index.insert(flow, for: tenant)
        ringLinks.append(flow, to: &ring)
        return flow
    }

    /// A tenant waits for nothing any more: it leaves, unless it owes.
    private mutating func rest(_ flow: Int32) {
        if flows[Int(flow)].balance >= 0 || debtorCount >= Self.debtorLimit {
            leave(flow)
        } else {
            debtorCount += 1
        }
    }

    private mutating func leave(_ flow: Int32) {
        let hadItsTurn = ring.first == flow
        ringLinks.remove(flow, from: &ring)
        index.remove(flows[Int(flow)].tenant)
        vacant.append(flow)
        if hadItsTurn { beginTurn() }
    }

    /// Nobody waits any more, so nobody was kept waiting by those who owe.
    private mutating func forgiveAll() {
        // Each turn takes one out.
        while !ring.isEmpty { leave(ring.first) }
        debtorCount = 0
    }
}
