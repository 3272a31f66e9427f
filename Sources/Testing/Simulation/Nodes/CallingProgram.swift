internal import SibylCore
internal import SibylProtocol

/// The program that uses a client: what it calls, when, and what it takes back.
struct CallingProgram {
    private let plan: ClientPlan
    private let client: Int
    private var random: RandomSource
    private var made = 0
    private var underWay = 0
    /// Calls to be taken back, by when.
    private var doomed: [(call: Int32, time: Instant)] = []
    /// When the next calls are due.
    private var nextCalls: Instant
    private var hasClosed = false
    /// When it wants to do something again; nil while it waits for a call to end.
    private(set) var nextWish: Instant?

    init(_ plan: ClientPlan, client: Int, random: RandomSource) {
        self.plan = plan
        self.client = client
        self.random = random
        nextCalls = plan.begin
    }

    /// Its process died, and its calls with it.
    mutating func forget() {
        underWay = 0
        doomed = []
        nextWish = nil
    }

    mutating func hasEnded(_ call: Int32, at now: Instant) {
        underWay -= 1
        doomed.removeAll { $0.call == call }
        if case .closed = plan.pattern, made < plan.calls {
            nextCalls = max(nextCalls, now + .microseconds(Int64(random.between(plan.pause))))
            plan(now)
        }
    }

    /// What it does now, if anything.
    mutating func act(at now: Instant, calm: Instant, book: CallBook) -> [ClientNode.Command] {
        var commands: [ClientNode.Command] = []
        for (call, time) in doomed where time <= now {
            book[call].cancelled = now
            commands.append(.cancel(call))
        }
        doomed.removeAll { $0.time <= now }
        if nextCalls <= now, now < calm, !hasClosed { commands += makeCalls(at: now, book) }
        if plan.leavesEarly, made >= plan.calls / 2, !hasClosed {
            hasClosed = true
            commands.append(.close)
        }
        if now < calm { plan(now) } else { nextWish = doomed.map(\.time).min() }
        return commands
    }

    private mutating func plan(_ now: Instant) {
        nextWish = doomed.map(\.time).min()
        guard made < plan.calls, !hasClosed else { return }
        switch plan.pattern {
        case .closed(let concurrency): if underWay < concurrency { nextWish = min(nextWish ?? nextCalls, nextCalls) }
        case .bursts: nextWish = min(nextWish ?? nextCalls, nextCalls)
        }
    }

    private mutating func makeCalls(at now: Instant, _ book: CallBook) -> [ClientNode.Command] {
        let wanted: Int
        switch plan.pattern {
        case .closed(let concurrency): wanted = concurrency - underWay
        case .bursts(let size):
            wanted = size
            nextCalls = now + .microseconds(Int64(max(1_000, random.between(plan.pause))))
        }
        let count = max(0, min(wanted, plan.calls - made))
        var commands: [ClientNode.Command] = []
        for _ in 0..<count {
            let call = book.add(drawCall(at: now, book))
            commands.append(.call(call))
            if random.chance(percent: plan.cancelPercent) {
                doomed.append((call, now + .microseconds(Int64(random.skewed(0...500_000)))))
            }
        }
        made += count
        underWay += count
        return commands
    }

    // MARK: - One call

    private mutating func drawCall(at now: Instant, _ book: CallBook) -> Call {
        var call = Call()
        call.client = client
        call.choice = random.pick(plan.choices)
        call.tenant = plan.tenant
        call.priority = random.chance(percent: plan.bulkPercent) ? .bulk : .interactive
        call.isBatch = random.chance(percent: plan.batchPercent)
        if call.isBatch { call.items = random.between(1...plan.largestBatch) }
        call.size = random.between(plan.sizes)
        call.input = random.next()
        call.timeout = .milliseconds(Int64(random.between(plan.timeouts)))
        call.namesTimeout = !random.chance(percent: plan.untimedPercent)
        call.issued = now
        call.throwsError = random.chance(percent: plan.failingPercent)
        call.isPoison = random.chance(perMille: plan.poisonPerMille)
        call.cost = drawCost(of: call, book)
        return call
    }

    private mutating func drawCost(of call: Call, _ book: CallBook) -> Instant.Span {
        if random.chance(perMille: plan.hangingPerMille) {
            return .microseconds(Int64(random.between(100_000...Int(Scenario.longestHang.microseconds))))
        }
        guard let model = call.choice.allowed.first else { return .zero }
        return .microseconds(Int64(random.between(book.cost(of: model)) * call.items))
    }

    /// A call for the thing at that place among those that it asks for and that exist, with all the time that it may
    /// need; nil when there are not so many.
    func probe(_ place: Int, at now: Instant) -> Call? {
        let choices = plan.choices.filter { !$0.allowed.isEmpty }
        guard place < choices.count else { return nil }
        var call = Call()
        call.client = client
        call.choice = choices[place]
        call.tenant = plan.tenant
        call.size = 1
        call.input = UInt64(bitPattern: now.nanoseconds)
        call.cost = .microseconds(10)
        call.timeout = Scenario.longestTimeout
        call.issued = now
        return call
    }
}
