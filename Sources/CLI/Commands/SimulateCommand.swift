internal import ArgumentParser
internal import SibylTesting

/// `sibyl simulate`: the cores of broker, worker and client over a simulated network, from a seed.
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Tries the state machines of broker, worker and client on made-up faults.",
        discussion: """
            Each seed makes up a network, processes, load and faults, runs the real state machines through them in simulated \
            time, and checks every step. The same seed gives the same history, event by event.

            Exits with 0 when every rule held, with 7 when one was broken; the first seeds that broke one are told with \
            their last events.

            EXAMPLES:
              sibyl simulate                    a thousand seeds
              sibyl simulate --count 100000     more of them
              sibyl simulate --seeds 500..900   those
              sibyl simulate --seed 42          one, with its last events if a rule is broken
              sibyl simulate --seed 42 --verbose

            \(ExitStatus.hint)
            """)

    @Option(help: ArgumentHelp("Run this seed alone.", valueName: "number"))
    var seed: UInt64?

    @Option(help: ArgumentHelp("Run these seeds, both ends included.", valueName: "first..last"))
    var seeds: SeedRange?

    @Option(help: ArgumentHelp("Run so many seeds from 1 on (default: 1000).", valueName: "number"))
    var count: UInt64?

    @Option(help: ArgumentHelp("Run so many seeds at once (default: one a processor).", valueName: "number"))
    var jobs: Int?

    @Flag(help: "Print the scenario and every event; with --seed.")
    var verbose = false

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    func validate() throws {
        if [seed != nil, seeds != nil, count != nil].count(where: { $0 }) > 1 {
            throw ValidationError("--seed, --seeds and --count exclude each other")
        }
        if verbose && seed == nil { throw ValidationError("--verbose goes with --seed") }
        if verbose && json { throw ValidationError("--verbose and --json exclude each other") }
        if count == 0 { throw ValidationError("--count must be at least 1") }
        if let jobs, !(1...256).contains(jobs) { throw ValidationError("--jobs must be from 1 to 256") }
    }

    func run() throws {
        if verbose, let seed {
            for line in Scenario(seed: seed).lines { Terminal.print(line) }
            let outcome = CrashNote.running(seed, in: 0) {
                Simulation.run(seed: seed) { Terminal.print($0) }
            }
            Terminal.print(SimulationText.verdict(of: outcome))
            if outcome.violation != nil { throw Failure(status: .serverFault, message: "") }
            return
        }
        let summary = try SeedRun(range, jobs: jobs ?? Processors.count).run()
        Terminal.print(json ? SimulationText.json(summary) : SimulationText.text(summary))
        if !summary.failed.isEmpty { throw Failure(status: .serverFault, message: "") }
    }

    private var range: ClosedRange<UInt64> {
        if let seed { return seed...seed }
        return seeds?.range ?? 1...(count ?? 1_000)
    }
}

/// `first..last`.
struct SeedRange: ExpressibleByArgument {
    let range: ClosedRange<UInt64>

    init?(argument: String) {
        let ends = argument.split(separator: "..", omittingEmptySubsequences: false).map { UInt64($0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last, last < .max else { return nil }
        range = first...last
    }
}
