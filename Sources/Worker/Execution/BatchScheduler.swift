internal import SibylCore
internal import SibylProtocol

/// Which of the jobs that wait are computed next, and together: interactive ones go first, and bulk has its share; among
/// models, the one whose job came first.
///
/// It holds no lock and reads no clock.
struct BatchScheduler {
    /// What has its turn while a part of a batch is taken apart counts as so many items.
    static let itemsOfTakingApart = BatchComputation.chunk

    private let executors: Int
    /// Those with jobs. Each turn looks at all of them, which are no more than the worker has models and its brokers credit.
    private var lanes: [ModelLane] = []
    private var turn = PriorityTurn()
    private var running = 0
    private var nextSequence: UInt64 = 0

    /// - Parameter executors: how many share what waits.
    init(executors: Int) {
        self.executors = executors
    }

    var isEmpty: Bool { lanes.isEmpty }

    // MARK: - In and out again

    mutating func add(_ jobs: [Job]) {
        for job in jobs {
            // A job has its model until it is answered.
            guard let lane = job.model?.lane else { continue }
            number(job)
            lane[job.priority].add(job)
            list(lane)
        }
    }

    /// Puts a job behind all that came.
    private mutating func number(_ job: Job) {
        job.sequence = nextSequence
        nextSequence += 1
    }

    private mutating func list(_ lane: ModelLane) {
        if lane.isListed { return }
        lane.isListed = true
        lanes.append(lane)
    }

    private mutating func dropEmptyLanes() {
        lanes.removeAll { lane in
            if lane.isEmpty { lane.isListed = false }
            return lane.isEmpty
        }
    }

    /// Takes a job out; false when it doesn't wait here.
    mutating func remove(_ job: Job) -> Bool {
        // Whose it is isn't asked: what is not here may be losing its model this moment.
        !removeAll { $0 === job }.isEmpty
    }

    /// Takes all jobs of a broker out.
    mutating func removeAll(of broker: Int32) -> [Job] {
        removeAll { $0.broker == broker }
    }

    /// Takes those out that are meant.
    mutating func removeAll(where isMeant: (Job) -> Bool) -> [Job] {
        var removed: [Job] = []
        for lane in lanes {
            removed += lane.interactive.removeAll(where: isMeant)
            removed += lane.bulk.removeAll(where: isMeant)
        }
        if !removed.isEmpty { dropEmptyLanes() }
        return removed
    }

    // MARK: - Whose turn it is

    /// The lanes whose jobs could run now, and when the next could.
    private struct Choice {
        var interactive: ModelLane?
        var bulk: ModelLane?
        var later = Instant.distantFuture

        mutating func consider(_ lane: ModelLane, _ priority: Priority, at now: Instant) {
            guard let first = lane[priority].first else { return }
            let start = lane.start(of: priority, at: now)
            if start > now {
                later = min(later, start)
            } else if let former = self[priority]?[priority].first, former.sequence < first.sequence {
                return
            } else {
                self[priority] = lane
            }
        }

        subscript(priority: Priority) -> ModelLane? {
            get { priority == .bulk ? bulk : interactive }
            set { if priority == .bulk { bulk = newValue } else { interactive = newValue } }
        }
    }

    private func choose(at now: Instant) -> Choice {
        var choice = Choice()
        for lane in lanes where lane.freeInstances > 0 {
            choice.consider(lane, .interactive, at: now)
            choice.consider(lane, .bulk, at: now)
        }
        return choice
    }

    /// When there is something to take, for all that is known at `now`.
    func nextStart(at now: Instant) -> Instant {
        if lanes.isEmpty { return .distantFuture }
        let choice = choose(at: now)
        return choice.interactive == nil && choice.bulk == nil ? choice.later : now
    }

    // MARK: - To an executor

    /// Fills a run, which is empty, with what is to be computed now.
    ///
    /// - Returns: when to ask again if that is nothing.
    mutating func take(into run: inout Run, at now: Instant) -> Instant {
        if lanes.isEmpty { return .distantFuture }
        let choice = choose(at: now)
        let priority: Priority =
            choice.bulk == nil ? .interactive : choice.interactive == nil ? .bulk : turn.next
        guard let lane = choice[priority] else { return choice.later }
        run.lane = lane
        run.priority = priority
        run.begin = now
        fill(&run, from: lane)
        lane.beginRun()
        running += 1
        if lane.isEmpty { dropEmptyLanes() }
        return now
    }

    private func fill(_ run: inout Run, from lane: ModelLane) {
        let portion = lane.portion(of: run.priority, executors: executors, free: executors - running)
        // Ends with the portion, with what waits, or at a batch that is to be taken apart, which has a turn of its own.
        while run.jobs.count < portion.jobs, run.items < portion.items, let first = lane[run.priority].first {
            if first.isToBeTakenApart && !run.jobs.isEmpty { return }
            guard let job = lane[run.priority].popFirst() else { return }
            run.jobs.append(job)
            run.isTakingApart = job.isToBeTakenApart
            if run.isTakingApart { return }
            if let batch = job.batch {
                run.hasBatches = true
                run.items += batch.beginTurn(atMost: portion.items - run.items)
            } else {
                run.items += 1
            }
        }
    }

    /// Ends a run, in which only batches are left that have items left, and empties it.
    mutating func finish(_ run: inout Run) {
        guard let lane = run.lane else { return }
        running -= 1
        lane.endRun(items: run.computed, from: run.begin, to: run.end)
        putBack(run, into: lane)
        charge(run.items, of: run.priority)
        run.clear()
    }

    /// Batches that are not done wait for another turn.
    ///
    /// Interactive ones go to the end of their lane: each request behind has its turn before the next items, and a short
    /// batch overtakes a long one. Bulk ones stay in front, for of several batches the first is done sooner that way,
    /// and the last no later; that they yield to interactive requests is the turn's affair. What was taken apart just now
    /// goes on at once, with those that wait behind it.
    private mutating func putBack(_ run: Run, into lane: ModelLane) {
        if run.jobs.isEmpty { return }
        let isBehind = run.priority == .interactive && !(run.isTakingApart && !run.jobs[0].isToBeTakenApart)
        for job in isBehind ? run.jobs : run.jobs.reversed() {
            if isBehind { number(job) }
            lane[run.priority].putBack(job, inFront: !isBehind)
        }
        list(lane)
    }

    /// So many items had their turn; what they cost the other priority matters only while that waits, and could run.
    private mutating func charge(_ items: Int, of priority: Priority) {
        let other: Priority = priority == .bulk ? .interactive : .bulk
        var isWaiting = false
        for lane in lanes where !lane[other].isEmpty {
            if lane.freeInstances > 0 { return turn.served(priority, cost: items) }
            isWaiting = true
        }
        if !isWaiting { turn.reset() }
    }
}
