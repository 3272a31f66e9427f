internal import ArgumentParser

/// A command that asks a server.
protocol AskingCommand: ParsableCommand {
    var client: ClientOptions { get }
}

/// How the asking commands reach a server, and how they answer.
struct ClientOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where the server is; several are tried in turn. Repeatable (default: tcp://127.0.0.1:5555).",
            valueName: "endpoint"))
    var connect: [String] = []

    @Option(help: ArgumentHelp("How long to wait, such as 500ms, 2s or 1m (default: 30s).", valueName: "time"))
    var timeout: Timeout?

    @Flag(help: "Answer in JSON, on one line; a failure too, on standard error.")
    var json = false

    @OptionGroup var source: ConfigurationOptions

    func settings() throws(ConfigurationError) -> Settings {
        var flags = FlagValues()
        flags.set(ConfigurationKeys.clientConnect, "--connect", to: connect)
        flags.set(ConfigurationKeys.clientTimeout, "--timeout", to: timeout?.milliseconds)
        return try source.settings(flags)
    }
}
