internal import ArgumentParser
internal import Glibc
internal import Logging
internal import SibylBroker
internal import SibylCore
internal import SibylONNX
internal import SibylRepository
internal import SibylWorker

/// `sibyl worker`: predicts, for brokers or alone.
struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Runs one worker: behind brokers, or alone for clients to reach directly.",
        discussion: """
            A worker that can't reach its broker keeps trying and says so. SIGTERM or Ctrl-C drains: what was accepted \
            is answered first.

            EXAMPLES:
              sibyl worker --connect tcp://broker:5556
              sibyl worker --connect tcp://a:5556 --connect tcp://b:5556
              sibyl worker --connect tcp://broker:5556 --models ./repository
              sibyl worker --bind tcp://0.0.0.0:5555 --plugin './a.so={"size": 3}'

            \(ExitStatus.hint)
            """)

    @Option(help: ArgumentHelp("Serve alone: clients connect here.", valueName: "endpoint"))
    var bind: String?

    @Option(help: ArgumentHelp("A broker's backend to work for. Repeatable.", valueName: "endpoint"))
    var connect: [String] = []

    @Option(help: ArgumentHelp("Threads that predict (default: 1).", valueName: "count"))
    var threads: Int?

    @Option(
        help: ArgumentHelp("Requests taken from a broker before any is answered (default: 64).", valueName: "count"))
    var capacity: Int?

    @Option(help: .hidden)
    var parent: Int32?

    @OptionGroup var models: ModelOptions
    @OptionGroup var source: ConfigurationOptions
    @OptionGroup var log: LogOptions

    func validate() throws {
        if (bind == nil) == connect.isEmpty {
            throw ValidationError(
                "Whom to work for? Give --connect ENDPOINT for brokers, or --bind ENDPOINT to serve alone.")
        }
        for endpoint in connect where ConfigurationType.endpoint.value(of: endpoint) == nil {
            throw ValidationError("--connect: \"\(endpoint)\" is not \(ConfigurationType.endpoint.expectation)")
        }
    }

    func run() throws {
        if let parent, !ParentBond.tie(to: parent) { return }
        var flags = FlagValues()
        flags.set(ConfigurationKeys.brokerFrontend, "--bind", to: bind)
        flags.set(ConfigurationKeys.workerThreads, "--threads", to: threads)
        flags.set(ConfigurationKeys.workerCapacity, "--capacity", to: capacity)
        log.fill(&flags)
        let settings = try source.settings(flags)
        let models = try models(settings)
        let role: WorkerProcess.Role =
            bind == nil ? .behindBrokers : .alone(BrokerConfiguration(settings, backend: ""))
        var process = try WorkerProcess(
            WorkerConfiguration(settings, brokers: connect), role, logger: settings.logger("worker"),
            ready: { Terminal.print("sibyl worker is " + $0) }, models: models)
        process.run()
    }

    private func models(_ settings: Settings) throws -> any ModelProvider {
        let logger = settings.logger("models")
        let sources = try models.entries(settings).map { try $0.source(logger) }
        guard let folder = models.repository(settings) else { return FixedModels { try ModelManager(sources) } }
        let parent = parent
        return RepositoryModels(
            RepositoryConfiguration(folder, settings),
            library: ONNXLibraryLocations(named: settings.text(ConfigurationKeys.onnxLibrary)), besides: sources,
            logger: logger
        ) {
            // Whoever started this worker replaces its workers one by one.
            if let parent {
                kill(parent, SIGUSR1)
            } else {
                logger.notice("start this worker anew to serve the plug-in")
            }
        }
    }
}
