internal import ArgumentParser

/// `sibyl stats`: what an operator watches.
struct StatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Tells of queues, workers, models, counts and latencies.",
        discussion: """
            EXAMPLES:
              sibyl stats
              sibyl stats --json | jq .workers
            """)

    @OptionGroup var client: ClientOptions
}
