internal import DequeModule
internal import SibylCore

/// Jobs of one model and one priority that wait, and how they come.
struct WaitingJobs {
    /// How much of the mean is the newest gap: one in so many.
    private static let smoothing: Int64 = 8
    /// No gap counts as less, since what came in one message of a broker came at one moment, nor as more. In nanoseconds.
    private static let gaps = 1_000.0...1_000_000_000.0

    private var jobs = Deque<Job>()
    /// Items in them; a batch that is not taken apart counts as one.
    private(set) var items = 0
    /// No later than the first of all their deadlines.
    private(set) var earliestDeadline = Instant.distantFuture
    /// When the last of them came, those included that wait no more.
    private(set) var lastArrival = Instant(nanoseconds: 0)
    /// The logarithm of the mean gap, as the bit pattern of a floating-point number nearly is one.
    private var logarithmOfMeanGap = Int64(bitPattern: gaps.upperBound.bitPattern)

    var isEmpty: Bool { jobs.isEmpty }
    var count: Int { jobs.count }
    var first: Job? { jobs.first }

    mutating func add(_ job: Job) {
        let gap = max(Self.gaps.lowerBound, min(Self.gaps.upperBound, Double((job.arrived - lastArrival).nanoseconds)))
        logarithmOfMeanGap += (Int64(bitPattern: gap.bitPattern) - logarithmOfMeanGap) / Self.smoothing
        lastArrival = max(lastArrival, job.arrived)
        enter(job)
        jobs.append(job)
    }

    /// The geometric mean of the times between two that came, in nanoseconds: one long pause between bursts, such as while
    /// a run goes on, hardly counts, and where there are pauses alone, they do.
    var meanGap: Double { Double(bitPattern: UInt64(bitPattern: logarithmOfMeanGap)) }

    mutating func putBack(_ job: Job, inFront: Bool) {
        enter(job)
        if inFront { jobs.prepend(job) } else { jobs.append(job) }
    }

    private mutating func enter(_ job: Job) {
        earliestDeadline = jobs.isEmpty ? job.deadline : min(earliestDeadline, job.deadline)
        items += job.itemsLeft
    }

    mutating func popFirst() -> Job? {
        guard let job = jobs.popFirst() else { return nil }
        items -= job.itemsLeft
        return job
    }

    /// Takes those out that are meant.
    mutating func removeAll(where isMeant: (Job) -> Bool) -> [Job] {
        let removed = jobs.filter(isMeant)
        if removed.isEmpty { return [] }
        jobs.removeAll(where: isMeant)
        for job in removed { items -= job.itemsLeft }
        return Array(removed)
    }
}
