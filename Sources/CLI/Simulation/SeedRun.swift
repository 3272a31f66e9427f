internal import Glibc
internal import SibylTesting
internal import SibylTransport
internal import Synchronization

/// What came of a range of seeds.
struct SeedSummary: Sendable {
    /// Seeds after which a run stops: what is broken once is mostly broken often.
    static let enough = 10

    let seeds: ClosedRange<UInt64>
    var done: UInt64 = 0
    var failed: [SimulationOutcome] = []
    var coverage = Coverage()
    /// Of all histories, whatever their order: equal for equal seeds.
    var hash: UInt64 = 0
    var nanoseconds: Int64 = 0
    /// The outcome, when there was one seed.
    private(set) var only: SimulationOutcome?

    mutating func add(_ outcome: SimulationOutcome) {
        done += 1
        only = seeds.count == 1 ? outcome : nil
        coverage.add(outcome.coverage)
        hash ^= outcome.hash &* (outcome.seed &* 2 &+ 1)
        if outcome.violation != nil { failed.append(outcome) }
    }
}

/// Runs seeds on several threads, each of which takes the next few.
final class SeedRun: Sendable {
    private struct State {
        var next: UInt64
        var summary: SeedSummary
        var nextNote: Int64
    }

    /// Seeds that a thread takes at once.
    private static let share: UInt64 = 16
    /// Nanoseconds between two notes on standard error.
    private static let interval: Int64 = 2_000_000_000

    private let jobs: Int
    private let begin = MonotonicClock.nanoseconds()
    private let state: Mutex<State>

    init(_ seeds: ClosedRange<UInt64>, jobs: Int) {
        self.jobs = jobs
        let summary = SeedSummary(seeds: seeds)
        state = Mutex(State(next: seeds.lowerBound, summary: summary, nextNote: begin + Self.interval))
    }

    func run() throws(TransportError) -> SeedSummary {
        try runThreads(1)
        return state.withLock { state in
            state.summary.nanoseconds = MonotonicClock.nanoseconds() - begin
            state.summary.failed.sort { $0.seed < $1.seed }
            return state.summary
        }
    }

    /// Starts the threads one within the other, since a thread has one owner that joins it.
    private func runThreads(_ number: Int) throws(TransportError) {
        guard number < jobs else { return work(0) }
        let thread = try SystemThread(name: "sibyl-seeds-\(number)") { self.work(number) }
        let result = Result { () throws(TransportError) in try runThreads(number + 1) }
        thread.join()
        try result.get()
    }

    private func work(_ job: Int) {
        CrashNote.allowSignals()
        // Ends with the seeds.
        while let seeds = take() {
            for seed in seeds {
                let outcome = CrashNote.running(seed, in: job) { Simulation.run(seed: seed) }
                state.withLock { $0.summary.add(outcome) }
            }
            tellProgress()
        }
    }

    private func take() -> ClosedRange<UInt64>? {
        state.withLock { state in
            let last = state.summary.seeds.upperBound
            guard state.next <= last, state.summary.failed.count < SeedSummary.enough else { return nil }
            let share = state.next...min(last, state.next + Self.share - 1)
            state.next = share.upperBound + 1
            return share
        }
    }

    private func tellProgress() {
        let now = MonotonicClock.nanoseconds()
        let line: String? = state.withLock { state in
            guard now >= state.nextNote else { return nil }
            state.nextNote = now + Self.interval
            let all = state.summary.seeds.upperBound - state.summary.seeds.lowerBound + 1
            return "\(state.summary.done) of \(all) seeds, \(state.summary.failed.count) broke a rule"
        }
        if let line { Terminal.complain(line) }
    }
}

enum Processors {
    static var count: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
