internal import ArgumentParser
internal import Glibc

/// `sibyl serve`: a broker and its workers, all in one.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves models: a broker and its worker processes, all in one.",
        discussion: """
            Workers that end are restarted. SIGTERM or Ctrl-C drains: what was accepted is answered first, then all \
            workers leave. A second one ends at once. SIGHUP replaces the workers one by one, with no request failed: \
            the new ones read models and the section `worker` of the file anew.

            EXAMPLES:
              sibyl serve                                  the models of ./sibyl.yaml
              sibyl serve --plugin ./libIrisPlugin.so      one model, no file
              sibyl serve --models ./repository            all models of a folder, and what comes into it later
              sibyl serve --config /etc/sibyl.yaml --env production

            \(ExitStatus.hint)
            """)

    @Option(help: ArgumentHelp("Where clients connect (default: tcp://127.0.0.1:5555).", valueName: "endpoint"))
    var frontend: String?

    @Option(help: ArgumentHelp("Where workers connect (default: a private socket).", valueName: "endpoint"))
    var backend: String?

    @Option(help: ArgumentHelp("Worker processes (default: the number of cores).", valueName: "count"))
    var workers: Int?

    @OptionGroup var models: ModelOptions
    @OptionGroup var source: ConfigurationOptions
    @OptionGroup var log: LogOptions

    func run() throws {
        var flags = FlagValues()
        flags.set(ConfigurationKeys.brokerFrontend, "--frontend", to: frontend)
        flags.set(ConfigurationKeys.brokerBackend, "--backend", to: backend)
        flags.set(ConfigurationKeys.serveWorkers, "--workers", to: workers)
        log.fill(&flags)
        let settings = try source.settings(flags)
        _ = try models.entries(settings)
        var system = try AllInOne(settings, workerArguments: workerArguments)
        try system.run()
    }

    /// The flags that the workers are given too; what the environment and the file say they read themselves.
    var workerArguments: [String] {
        let options = [
            ("--config", source.config), ("--env", source.env), ("--log-level", log.logLevel),
            ("--log-format", log.logFormat),
        ]
        return options.flatMap { flag, value in value.map { [flag, $0] } ?? [] }
            + models.plugins.flatMap { ["--plugin", $0.text] } + (models.folder.map { ["--models", $0] } ?? [])
    }
}
