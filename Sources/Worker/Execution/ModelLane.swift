internal import SibylCore
internal import SibylInference
internal import SibylProtocol

/// A model's jobs that wait, and what is known of its runs: from these it tells when a run begins, and how much it takes.
final class ModelLane: @unchecked Sendable {
    // Sendable because it is touched under the mutex of the one queue that its model's jobs go through.

    /// A model gains from batches when one run of one item is made up of its fixed part by so much at least.
    private static let leastGain = 0.2
    /// Below that fixed part, in nanoseconds, there is nothing to gain that the noise of measuring would not hide.
    private static let leastFixed = 100_000.0
    /// Nobody waits for less: waking up costs as much.
    private static let leastPatience = 20_000.0
    /// Items that are computed together without a gain in the model: more gains nothing at the hand-over either.
    private static let handOver = 32
    /// How long such a run should take at most, in nanoseconds: its first answer waits for its last.
    private static let longestHandOver = 1_000_000.0

    private let batching: BatchingDescription
    var interactive = WaitingJobs()
    var bulk = WaitingJobs()
    /// Whether the scheduler has it among those with jobs.
    var isListed = false
    private var running = 0
    private var cost = RunCost()
    /// When the last run ended: what its answers bring about comes after that.
    private var lastEnd = Instant(nanoseconds: 0)

    init(_ batching: BatchingDescription) {
        self.batching = batching
    }

    subscript(priority: Priority) -> WaitingJobs {
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

    var isEmpty: Bool { interactive.isEmpty && bulk.isEmpty }

    // MARK: - Runs

    /// Runs that may begin now, besides those that go on.
    var freeInstances: Int { max(0, (batching.instances ?? .max) - running) }

    func beginRun() {
        running += 1
    }

    /// - Parameter items: how many the model computed.
    func endRun(items: Int, from begin: Instant, to end: Instant) {
        running -= 1
        lastEnd = end
        if items > 0 { cost.record(items: items, end - begin) }
    }

    // MARK: - When

    /// When a run of what waits should begin: at `now`, or later since others are awaited.
    func start(of priority: Priority, at now: Instant) -> Instant {
        let waiting = self[priority]
        guard let first = waiting.first, !first.isToBeTakenApart,
            waiting.items < batching.preferred.last ?? batching.maximum
        else { return now }
        guard let end = patience(with: waiting, since: first.arrived) else { return now }
        let latest = waiting.earliestDeadline.nanoseconds - cost.expected(items: waiting.items + 1).nanoseconds
        return min(end, Instant(nanoseconds: latest))
    }

    /// Until when others are awaited; nil when they are not.
    ///
    /// Where nobody has said so, n that wait lose n times the gap until the next comes, and gain the fixed part of a run for it.
    /// So they wait while the former is less than half of the latter: while the gaps between requests are shorter than that,
    /// and, as the past may not tell of the future, while the one that is awaited is not later than that.
    private func patience(with waiting: WaitingJobs, since arrival: Instant) -> Instant? {
        if let delay = batching.delayMicroseconds { return delay > 0 ? arrival + .microseconds(Int64(delay)) : nil }
        guard gains else { return nil }
        let longestGap = cost.fixed / 2 / Double(waiting.items)
        guard longestGap >= Self.leastPatience, waiting.meanGap < longestGap else { return nil }
        // While a run went on, its clients had no reason to send more.
        let next = max(waiting.lastArrival, lastEnd) + Instant.Span(nanoseconds: Int64(longestGap))
        return min(next, max(arrival, lastEnd) + Instant.Span(nanoseconds: Int64(cost.fixed)))
    }

    // MARK: - How much

    /// Whether several items in one run take measurably less than one by one.
    private var gains: Bool { cost.gain >= Self.leastGain && cost.fixed >= Self.leastFixed }

    /// How much of what waits a run takes at most.
    ///
    /// - Parameters:
    ///   - executors: how many there are.
    ///   - free: how many of them could run this model now.
    func portion(of priority: Priority, executors: Int, free: Int) -> (jobs: Int, items: Int) {
        let waiting = self[priority]
        if let preferred = batching.preferred.last(where: { $0 <= waiting.items }) { return (.max, preferred) }
        // Who says how long to wait wants what was waited for.
        if batching.delayMicroseconds ?? 0 > 0 { return (.max, batching.maximum) }
        // Who has nothing to do may be about to ask: each takes its share.
        if gains { return (waiting.count.dividedUp(by: min(free, freeInstances)), batching.maximum) }
        return (waiting.count.dividedUp(by: executors), min(batching.maximum, handedOver))
    }

    /// How many items go together where the model gains nothing by it, or it is not known to.
    private var handedOver: Int {
        // What an item takes isn't known before the first.
        if cost.spanPerItem <= 0 { return 1 }
        let quick = Self.longestHandOver / cost.spanPerItem
        // Twice what it had, now and then, tells whether it gains something.
        let wanted = cost.isKnown ? quick : max(quick, 2 * cost.meanItems)
        return max(1, Int(min(wanted, Double(Self.handOver))))
    }
}

extension Int {
    fileprivate func dividedUp(by parts: Int) -> Int {
        parts > 1 ? (self + parts - 1) / parts : self
    }
}
