internal import SibylProtocol

/// The requests that wait for one service: interactive before bulk, with a share that bulk is sure of, and within each
/// priority the tenants in turns.
struct RequestQueue {
    private var interactive: FairQueue
    private var bulk: FairQueue
    private var turn = PriorityTurn()
    private(set) var bytes = 0
    /// Those on their last attempt, which wait for a worker of their own.
    private(set) var isolated = SlotLinks.Chain()

    init(seed: UInt32) {
        interactive = FairQueue(seed: seed)
        bulk = FairQueue(seed: seed)
    }

    var count: Int { interactive.count + bulk.count + isolated.count }
    var isEmpty: Bool { count == 0 }

    func count(of priority: Priority) -> Int {
        priority == .bulk ? bulk.count : interactive.count
    }

    func count(of tenant: UInt64, _ priority: Priority) -> Int {
        priority == .bulk ? bulk.count(of: tenant) : interactive.count(of: tenant)
    }

    mutating func append(_ slot: Int32, weight: Int, in table: inout RequestTable) {
        bytes += table[slot].size
        if table[slot].priority == .bulk {
            bulk.append(slot, weight: weight, in: &table)
        } else {
            interactive.append(slot, weight: weight, in: &table)
        }
    }

    /// Puts a request that had its turn back to the front.
    mutating func putBack(_ slot: Int32, in table: inout RequestTable) {
        bytes += table[slot].size
        if table[slot].priority == .bulk {
            bulk.putBack(slot, in: &table)
        } else {
            interactive.putBack(slot, in: &table)
        }
    }

    /// Lets a request wait for a worker of its own.
    mutating func isolate(_ slot: Int32, in table: inout RequestTable) {
        bytes += table[slot].size
        table[slot].isIsolated = true
        table.links.prepend(slot, to: &isolated)
    }

    /// Takes a request out whose turn it isn't.
    mutating func remove(_ slot: Int32, in table: inout RequestTable) {
        bytes -= table[slot].size
        if table[slot].isIsolated {
            table[slot].isIsolated = false
            table.links.remove(slot, from: &isolated)
        } else if table[slot].priority == .bulk {
            bulk.remove(slot, in: &table)
        } else {
            interactive.remove(slot, in: &table)
        }
        if interactive.isEmpty || bulk.isEmpty { turn.reset() }
    }

    /// The request whose turn it is, still queued; nil when none waits that may go.
    mutating func next(allowingBulk: Bool) -> Int32? {
        if interactive.isEmpty { return allowingBulk ? bulk.next() : nil }
        if bulk.isEmpty || !allowingBulk || turn.next == .interactive { return interactive.next() }
        return bulk.next()
    }

    /// Some request that waits, of whatever kind; nil when none does.
    mutating func any() -> Int32? {
        isolated.isEmpty ? next(allowingBulk: true) : isolated.first
    }

    /// Takes out the request that `next` gave, and charges for it.
    mutating func serve(_ slot: Int32, in table: inout RequestTable) {
        bytes -= table[slot].size
        if !interactive.isEmpty && !bulk.isEmpty { turn.served(table[slot].priority, cost: Int(table[slot].cost)) }
        if table[slot].priority == .bulk {
            bulk.serve(slot, in: &table)
        } else {
            interactive.serve(slot, in: &table)
        }
        if interactive.isEmpty || bulk.isEmpty { turn.reset() }
    }

    /// A request turned out to be more items than was charged for it.
    mutating func charge(_ record: RequestRecord, _ items: Int) {
        if record.priority == .bulk {
            bulk.charge(record.tenant, items)
        } else {
            interactive.charge(record.tenant, items)
        }
    }
}
