internal import ArgumentParser
internal import Glibc
internal import SibylBroker
internal import SibylTransport

/// `sibyl broker`: hands clients' requests to workers, which are started elsewhere.
struct BrokerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker",
        abstract: "Runs a broker: clients on one side, workers of any machine on the other.",
        discussion: """
            SIGTERM or Ctrl-C drains: what was accepted is answered first. A second one ends at once.

            EXAMPLES:
              sibyl broker --frontend tcp://0.0.0.0:5555 --backend tcp://0.0.0.0:5556
              sibyl worker --connect tcp://broker:5556

            \(ExitStatus.hint)
            """)

    @Option(help: ArgumentHelp("Where clients connect (default: tcp://127.0.0.1:5555).", valueName: "endpoint"))
    var frontend: String?

    @Option(help: ArgumentHelp("Where workers connect.", valueName: "endpoint"))
    var backend: String?

    @OptionGroup var source: ConfigurationOptions
    @OptionGroup var log: LogOptions

    func run() throws {
        var flags = FlagValues()
        flags.set(ConfigurationKeys.brokerFrontend, "--frontend", to: frontend)
        flags.set(ConfigurationKeys.brokerBackend, "--backend", to: backend)
        log.fill(&flags)
        let settings = try source.settings(flags)
        guard let backend = settings.text(ConfigurationKeys.brokerBackend) else {
            throw ConfigurationError("where do workers connect? Say it with --backend ENDPOINT or in broker.backend")
        }
        try serve(BrokerConfiguration(settings, backend: backend), settings)
    }

    private func serve(_ configuration: BrokerConfiguration, _ settings: Settings) throws {
        var queue = EventQueue<BrokerEnded>(signals: [SIGTERM, SIGINT], capacity: 1)
        let broker = try RunningBroker(configuration, settings.logger("broker"), tell: queue.mailbox, BrokerEnded())
        Terminal.print("sibyl broker is ready: clients on \(broker.frontend), workers on \(broker.backend)")
        var isDraining = false
        // Ends with the broker, which a signal makes drain within its time.
        while case .signal(let number) = queue.next() {
            if isDraining { _exit(128 + number) }
            isDraining = true
            broker.drain()
        }
    }
}

private struct BrokerEnded: Sendable {}
