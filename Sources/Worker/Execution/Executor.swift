internal import SibylCore
internal import SibylTransport

/// What executors share.
struct ExecutorContext: Sendable {
    let queue: JobQueue
    let outbox: Mailbox<Job>
}

/// One thread that predicts: takes jobs, computes them together, writes their answers.
struct Executor: ~Copyable {
    private let context: ExecutorContext
    /// What is in hand.
    private var current = Run()
    private var work = ExecutorWork()

    init(_ context: ExecutorContext) {
        self.context = context
    }

    /// Works until the queue is closed.
    mutating func run() {
        // Ends with the queue.
        while context.queue.exchange(&current) {
            if current.isTakingApart { work.takeApart(&current) } else { work.compute(&current) }
            current.end = Instant(nanoseconds: MonotonicClock.nanoseconds())
            send()
        }
    }

    /// Lets the answered jobs go. The outbox holds every job that the brokers' credit allows, so it never refuses.
    private mutating func send() {
        guard current.isTakingApart || current.hasBatches else {
            _ = context.outbox.send(contentsOf: current.jobs)
            return current.jobs.removeAll(keepingCapacity: true)
        }
        // Whose batch is gone is answered; once sent it is another thread's.
        let unfinished = current.jobs.filter { $0.batch != nil }
        _ = context.outbox.send(contentsOf: current.jobs.filter { $0.batch == nil })
        current.jobs = unfinished
    }
}
