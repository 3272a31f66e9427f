internal import ArgumentParser

/// `sibyl list`: which models there are.
struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Tells which models there are.",
        discussion: """
            EXAMPLES:
              sibyl list
              sibyl list --connect tcp://models:5555 --json
            """)

    @OptionGroup var client: ClientOptions
}
