internal import ArgumentParser
internal import SibylClient

/// `sibyl health`: whether the server is ready.
struct HealthCommand: AskingCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Tells whether the server is ready.",
        discussion: """
            Exits with 0 when it is ready, or degraded but serving; with 5 when it is starting, draining, or has no worker.

            EXAMPLES:
              sibyl health
              until sibyl health --timeout 1s; do sleep 1; done

            \(ExitStatus.hint)
            """)

    @OptionGroup var client: ClientOptions

    func run() throws {
        let health = try client.ask { try await $0.health() }
        Terminal.print(client.json ? health.report.description : Report.text(health.report, width: Terminal.width))
        guard ["ready", "degraded"].contains(health.status) else {
            throw Failure(status: .unavailable, message: "the server is \(health.status)")
        }
        if health.report["workers"] == 0 { throw Failure(status: .unavailable, message: "the server has no worker") }
    }
}
