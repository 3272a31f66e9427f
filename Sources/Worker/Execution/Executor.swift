internal import SibylCore
internal import SibylModel
internal import SibylProtocol
internal import SibylTransport

/// What executors share.
struct ExecutorContext: Sendable {
    let queue: JobQueue
    let outbox: Mailbox<Job>
}

/// One thread that predicts: takes jobs, computes them together, writes their answers.
struct Executor: ~Copyable {
    /// Jobs computed together at most: more gains nothing at the hand-over.
    private static let largestBatch = 32
    /// How long a batch should take at most: its first answer waits for its last.
    private static let longestBatch = Instant.Span.milliseconds(1)

    private let context: ExecutorContext
    private var jobs: [Job] = []
    private var work = ExecutorWork()
    /// What one input of a model costs, as a moving average, by the model's number.
    private var costs: [UInt32: Instant.Span] = [:]

    init(_ context: ExecutorContext) {
        self.context = context
    }

    /// Works until the queue is closed.
    mutating func run() {
        // Ends with the queue.
        while context.queue.take(into: &jobs, limit: limit) {
            if jobs[0].isBatch { advanceBatch() } else { compute() }
            // The outbox holds every job that the brokers' credit allows, so it never refuses.
            _ = context.outbox.send(contentsOf: jobs)
            jobs.removeAll(keepingCapacity: true)
        }
    }

    private var limit: (LoadedModel?) -> Int {
        let costs = costs
        return { model in
            let cost = model.flatMap { costs[$0.place] }?.nanoseconds ?? 0
            // What it costs isn't known before the first.
            if cost <= 0 { return 1 }
            return max(1, min(Self.largestBatch, Int(Self.longestBatch.nanoseconds / cost)))
        }
    }

    /// One chunk of a batch: what else waits has its turn before the next.
    private mutating func advanceBatch() {
        let items = work.advance(jobs[0], from: Instant(nanoseconds: MonotonicClock.nanoseconds()))
        let isDone = jobs[0].batch == nil
        context.queue.endTurn(of: jobs[0], items: items, isDone: isDone)
        if !isDone { jobs.removeAll(keepingCapacity: true) }
    }

    private mutating func compute() {
        let begin = MonotonicClock.nanoseconds()
        // An answered job has let go of its model.
        guard let place = jobs[0].model?.place else { return }
        work.compute(jobs, from: Instant(nanoseconds: begin))
        let cost = (MonotonicClock.nanoseconds() - begin) / Int64(jobs.count)
        let old = costs[place]?.nanoseconds ?? 0
        costs[place] = Instant.Span(nanoseconds: old == 0 ? cost : old + (cost - old) / 8)
    }
}
