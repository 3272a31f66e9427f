internal import DequeModule

/// The requests of one priority that wait for one service: in whose order they may leave.
struct LaneShadow {
    private struct Tenant {
        let name: UInt64
        let weight: Int
        /// In order of arrival; those that left otherwise than by being served are skipped when they are met.
        var line = Deque<Int>()
        var waiting = 0
        /// The dearest request since somebody waits: its debt outlasts its own waiting.
        var dearest = 1
    }

    /// Two tenants that both wait: how far apart what they were served has been, by weight.
    private struct Comparison {
        var difference = 0
        var lowest = 0
        var highest = 0
        var isRunning = false
    }

    private var tenants: [Tenant] = []
    /// By the places of both, the smaller first.
    private var comparisons: [Comparison] = []
    /// Requests that lost their worker: before all others.
    private(set) var returned = 0
    private(set) var count = 0
    private var leftEarly: Set<Int> = []

    /// How many requests of a tenant wait, those left out that lost their worker.
    func count(of tenant: UInt64) -> Int {
        tenants.first { $0.name == tenant }?.waiting ?? 0
    }

    // MARK: - Coming and going

    /// - Parameter number: counts up with each arrival.
    mutating func arrive(_ number: Int, of tenant: UInt64, weight: Int, cost: Int) {
        let place = place(of: tenant, weight)
        tenants[place].line.append(number)
        tenants[place].waiting += 1
        tenants[place].dearest = max(tenants[place].dearest, cost)
        count += 1
        compareAll(with: place)
    }

    mutating func comeBack() {
        returned += 1
        count += 1
    }

    /// A request that had lost its worker goes on, or ends.
    mutating func leaveReturned() {
        returned -= 1
        count -= 1
        forgive()
    }

    /// Nobody waits, so nobody owes.
    private mutating func forgive() {
        guard count == 0 else { return }
        for place in tenants.indices { tenants[place].dearest = 1 }
    }

    /// A request leaves whose turn it isn't.
    mutating func leave(_ number: Int, of tenant: UInt64) {
        guard let place = tenants.firstIndex(where: { $0.name == tenant }) else { return }
        leftEarly.insert(number)
        depart(place)
    }

    /// A request is served. Returns what is wrong with that, if anything.
    mutating func serve(_ number: Int, of tenant: UInt64, cost: Int) -> String? {
        guard let place = tenants.firstIndex(where: { $0.name == tenant }) else { return "it was not waiting" }
        if returned > 0 { return "\(returned) wait that had lost their worker" }
        // Ends with the line.
        while let first = tenants[place].line.first, leftEarly.remove(first) != nil {
            tenants[place].line.removeFirst()
        }
        guard tenants[place].line.popFirst() == number else { return "an earlier one of its tenant waits" }
        charge(place, cost)
        depart(place)
        return nil
    }

    private mutating func depart(_ place: Int) {
        tenants[place].waiting -= 1
        count -= 1
        forgive()
        guard tenants[place].waiting == 0 else { return }
        for other in tenants.indices where other != place { comparisons[pair(place, other)].isRunning = false }
    }

    private mutating func place(of tenant: UInt64, _ weight: Int) -> Int {
        if let known = tenants.firstIndex(where: { $0.name == tenant }) { return known }
        tenants.append(Tenant(name: tenant, weight: weight))
        while comparisons.count < tenants.count * (tenants.count - 1) / 2 { comparisons.append(Comparison()) }
        return tenants.count - 1
    }

    // MARK: - Fairness

    private func pair(_ one: Int, _ other: Int) -> Int {
        let (low, high) = (min(one, other), max(one, other))
        return high * (high - 1) / 2 + low
    }

    private mutating func compareAll(with place: Int) {
        for other in tenants.indices where other != place && tenants[other].waiting > 0 {
            let pair = pair(place, other)
            if !comparisons[pair].isRunning { comparisons[pair] = Comparison(isRunning: true) }
        }
    }

    private mutating func charge(_ place: Int, _ cost: Int) {
        for other in tenants.indices where other != place {
            let pair = pair(place, other)
            guard comparisons[pair].isRunning else { continue }
            let change = cost * tenants[other].weight
            comparisons[pair].difference += place < other ? change : -change
            comparisons[pair].lowest = min(comparisons[pair].lowest, comparisons[pair].difference)
            comparisons[pair].highest = max(comparisons[pair].highest, comparisons[pair].difference)
        }
    }

    /// Two tenants that were served more differently than surplus round robin allows; nil when there are none.
    ///
    /// Both have had as many turns, or one of them one more; a turn is worth the tenant's weight, and the account that it
    /// goes to is overdrawn by one request at the most.
    func unfairness(with served: UInt64) -> String? {
        guard let place = tenants.firstIndex(where: { $0.name == served }) else { return nil }
        for other in tenants.indices where other != place {
            let (one, two) = (tenants[place], tenants[other])
            let comparison = comparisons[pair(place, other)]
            let bound = one.dearest * two.weight + two.dearest * one.weight + one.weight * two.weight
            if comparison.isRunning && comparison.highest - comparison.lowest > bound {
                return "tenants \(one.name) and \(two.name) of weights \(one.weight) and \(two.weight) were served "
                    + "\(comparison.highest - comparison.lowest) apart, and \(bound) is allowed"
            }
        }
        return nil
    }

    /// How many pairs of tenants wait at the same time.
    var runningComparisons: Int { comparisons.count { $0.isRunning } }
}
