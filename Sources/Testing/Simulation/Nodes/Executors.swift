internal import DequeModule
internal import SibylCore
internal import SibylProtocol

/// A worker's job, as its shell keeps it.
struct SimulatedJob {
    var slot: Int32
    var broker: Int32
    var call: Int32
    var header: WorkerMessage.Dispatch
    var deadline: Instant
    /// Items of a batch that are computed.
    var done = 0
    /// Nobody waits for it any more.
    var isDismissed = false
    /// Once it is known.
    var answer: Verdict?

    var priority: Priority { header.flags.isBulk ? .bulk : .interactive }
    var isBatch: Bool { header.flags.isBatch }
    var model: Int { Int(header.model) }
}

/// A worker's queue and its executors: `BatchScheduler` and `Executor` without their threads, for models that gain nothing
/// from batches.
struct Executors {
    /// As in `ModelLane` and `BatchComputation`.
    private static let largestBatch = 32
    private static let longestBatch = 1_000_000
    private static let chunk = 64

    private var interactive = Deque<SimulatedJob>()
    private var bulk = Deque<SimulatedJob>()
    private var turn = PriorityTurn()
    /// What each executor computes; empty when it waits.
    private(set) var running: [[SimulatedJob]]
    /// What one input of each model costs, as a moving average, in nanoseconds.
    private var costs: [Int]

    init(threads: Int, models: Int) {
        running = [[SimulatedJob]](repeating: [], count: threads)
        costs = [Int](repeating: 0, count: models)
    }

    var hasWaiting: Bool { !interactive.isEmpty || !bulk.isEmpty }
    var isIdle: Bool { !hasWaiting && running.allSatisfy(\.isEmpty) }
    var freeExecutor: Int? { running.firstIndex { $0.isEmpty } }

    private subscript(priority: Priority) -> Deque<SimulatedJob> {
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

    // MARK: - In and out again

    mutating func add(_ jobs: [SimulatedJob]) {
        for job in jobs { self[job.priority].append(job) }
    }

    /// Takes a job out that no executor has taken yet.
    mutating func remove(_ slot: Int32) -> SimulatedJob? {
        for priority in [Priority.interactive, .bulk] {
            guard let index = self[priority].firstIndex(where: { $0.slot == slot }) else { continue }
            return self[priority].remove(at: index)
        }
        return nil
    }

    mutating func removeAll(of broker: Int32) -> [SimulatedJob] {
        let removed = interactive.filter { $0.broker == broker } + bulk.filter { $0.broker == broker }
        interactive.removeAll { $0.broker == broker }
        bulk.removeAll { $0.broker == broker }
        return Array(removed)
    }

    /// What executors hold of it is computed for nobody.
    mutating func dismiss(where isMeant: (SimulatedJob) -> Bool) {
        for executor in running.indices {
            for index in running[executor].indices where isMeant(running[executor][index]) {
                running[executor][index].isDismissed = true
            }
        }
    }

    // MARK: - Computing

    /// Gives an executor the jobs whose turn it is. Returns how long it is busy with them.
    mutating func begin(_ executor: Int, at now: Instant, book: CallBook) -> Instant.Span {
        take(executor)
        // The hand-over.
        var span = Instant.Span.microseconds(2)
        for index in running[executor].indices {
            let job = running[executor][index]
            if job.isDismissed {
                running[executor][index].answer = Verdict(failure: .cancelled)
            } else if job.deadline <= now {
                running[executor][index].answer = Verdict(failure: .deadlineExceeded)
            } else {
                span.nanoseconds += cost(of: job, book[job.call])
            }
        }
        return span
    }

    private func cost(of job: SimulatedJob, _ call: Call) -> Int64 {
        guard job.isBatch else { return call.cost.nanoseconds }
        return call.cost.nanoseconds / Int64(call.items) * Int64(min(Self.chunk, call.items - job.done))
    }

    private mutating func take(_ executor: Int) {
        let priority = bulk.isEmpty ? .interactive : interactive.isEmpty ? .bulk : turn.next
        guard let first = self[priority].popFirst() else { return }
        running[executor].append(first)
        // One's share of what waits: another executor may be about to ask.
        let share = (self[priority].count + running.count) / running.count
        let most = first.isBatch ? 1 : min(share, limit(first.model))
        while running[executor].count < most, let next = self[priority].first, next.model == first.model,
            !next.isBatch
        {
            running[executor].append(self[priority].removeFirst())
        }
        if !first.isBatch { count(running[executor].count, of: priority) }
    }

    private func limit(_ model: Int) -> Int {
        let cost = model < costs.count ? costs[model] : 0
        return cost <= 0 ? 1 : max(1, min(Self.largestBatch, Self.longestBatch / cost))
    }

    /// So many items had their turn; what they cost the other priority matters only while that waits.
    private mutating func count(_ items: Int, of priority: Priority) {
        if self[priority == .bulk ? .interactive : .bulk].isEmpty {
            turn.reset()
        } else {
            turn.served(priority, cost: items)
        }
    }

    /// An executor has been busy for that time. Returns the jobs that are over: of a batch, chunks may be left.
    mutating func finish(_ executor: Int, after span: Instant.Span, book: CallBook) -> [SimulatedJob] {
        let jobs = running[executor]
        running[executor].removeAll(keepingCapacity: true)
        guard let first = jobs.first else { return [] }
        if first.isBatch { return finish(first, book[first.call]) }
        if first.model < costs.count {
            let (cost, old) = (Int(span.nanoseconds) / jobs.count, costs[first.model])
            costs[first.model] = old == 0 ? cost : old + (cost - old) / 8
        }
        return jobs
    }

    private mutating func finish(_ job: SimulatedJob, _ call: Call) -> [SimulatedJob] {
        var job = job
        let items = job.answer == nil ? min(Self.chunk, call.items - job.done) : 0
        job.done += items
        let isOver = job.answer != nil || job.done >= call.items
        if !isOver {
            switch job.priority {
            case .interactive: interactive.append(job)
            case .bulk: bulk.prepend(job)
            }
        }
        count(items, of: job.priority)
        return isOver ? [job] : []
    }
}
