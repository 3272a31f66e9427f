internal import ArgumentParser
internal import SibylClient

/// `sibyl stats`: what an operator watches.
struct StatsCommand: AskingCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Tells of queues, workers, models, counts and latencies.",
        discussion: """
            EXAMPLES:
              sibyl stats
              sibyl stats --json | jq .workers

            \(ExitStatus.hint)
            """)

    @OptionGroup var client: ClientOptions

    func run() throws {
        let stats = try client.ask { try await $0.stats() }
        Terminal.print(client.json ? stats.description : Report.text(stats, width: Terminal.width))
    }
}
