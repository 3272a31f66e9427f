import SibylCore
import SibylInference
import SibylModel
import SibylProtocol
import Testing

@testable import SibylWorker

/// A scheduler, its time, and the models whose jobs it schedules. Times are microseconds from the beginning.
final class SchedulerFixture {
    private(set) var scheduler: BatchScheduler
    private let models: [LoadedModel]
    private var runs: [Run] = []
    /// When to ask again, if the last take gave nothing.
    private(set) var later = Instant.distantFuture

    init(executors: Int = 1, _ descriptions: [BatchingDescription] = [.init(), .init()]) {
        scheduler = BatchScheduler(executors: executors)
        models = descriptions.enumerated().map { place, batching in
            let entry = ModelSet.Entry(ModelChangeTests.Versioned(SemanticVersion(1, place, 0)), batching: batching)
            return LoadedModel(entry, place: UInt32(place), worker: "w")
        }
    }

    static func moment(_ microseconds: Int64) -> Instant {
        Instant(nanoseconds: 0) + .microseconds(microseconds)
    }

    func job(
        _ number: UInt64, model: Int = 0, broker: Int32 = 0, bulk: Bool = false, batch: Bool = false,
        at time: Int64 = 0,
        deadline: Int64? = nil
    ) -> Job {
        let job = Job()
        job.broker = broker
        job.dispatch.request = number
        job.model = models[model]
        job.arrived = Self.moment(time)
        job.deadline = deadline.map(Self.moment) ?? .distantFuture
        job.dispatch.flags = WorkerMessage.Flags(isTwoFrames: true, isBatch: batch, isBulk: bulk)
        return job
    }

    /// A batch of so many items that is taken apart.
    func batch(_ number: UInt64, items: Int, model: Int = 0, bulk: Bool = false) throws -> Job {
        let job = job(number, model: model, bulk: bulk, batch: true)
        let computation = BatchComputation(capacity: 64)
        let text = "[" + [String](repeating: "0", count: items).joined(separator: ",") + "]"
        try Array(text.utf8).withUnsafeBytes { try computation.takeApart($0) }
        job.batch = computation
        return job
    }

    func add(_ jobs: Job...) { scheduler.add(jobs) }
    func add(_ jobs: [Job]) { scheduler.add(jobs) }

    func remove(_ job: Job) -> Bool { scheduler.remove(job) }
    func removeAll(of broker: Int32) -> [UInt64] { scheduler.removeAll(of: broker).map(\.dispatch.request) }

    /// The requests of the next run, which goes on until `finish`.
    func begin(at time: Int64 = 0) -> [UInt64] {
        var run = Run()
        later = scheduler.take(into: &run, at: Self.moment(time))
        if run.lane == nil { return [] }
        runs.append(run)
        return run.jobs.map(\.dispatch.request)
    }

    /// What was begun last, or first.
    var newest: Run? { runs.last }

    /// Ends the run that was begun first, all of whose items were computed.
    ///
    /// - Parameter time: when; without, nothing is learned from it.
    func finish(at time: Int64? = nil) {
        var run = runs.removeFirst()
        run.end = time.map(Self.moment) ?? run.begin
        run.computed = time == nil ? 0 : run.items
        run.jobs.removeAll { $0.batch?.isComplete ?? !$0.isBatch }
        scheduler.finish(&run)
    }

    /// The requests of the next run, of which nothing is learned.
    func take(at time: Int64 = 0) -> [UInt64] {
        let taken = begin(at: time)
        if !taken.isEmpty { finish() }
        return taken
    }

    /// Has the model compute runs of one item and of 21, so that it is known to take `fixed` and `each` microseconds.
    func teach(model: Int = 0, fixed: Int64, each: Int64) {
        for round in 0..<4 {
            let count = round.isMultiple(of: 2) ? 1 : 21
            var run = Run()
            run.lane = models[model].lane
            models[model].lane.beginRun()
            models[model].lane.endRun(
                items: count, from: Self.moment(0), to: Self.moment(fixed + each * Int64(count)))
            run.clear()
        }
    }
}
