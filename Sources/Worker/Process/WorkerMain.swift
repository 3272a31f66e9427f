internal import ArgumentParser
internal import Glibc
internal import Logging
internal import SibylBroker
internal import SibylCore
public import SibylModel

/// The whole program of a model package that builds a worker of its own:
///
///     import SibylWorker
///
///     @main
///     struct IrisWorker {
///         static func main() { WorkerMain(models: [IrisModel.self]).run() }
///     }
///
/// It takes `--connect ENDPOINT` for the brokers to work for, or `--bind ENDPOINT` to serve alone; `--help` tells the
/// rest.
public struct WorkerMain {
    private let models: [any MLModel.Type]
    private let decorators: [any ModelDecorator]

    /// - Parameter decorators: put around each model, the first innermost.
    public init(models: [any MLModel.Type], decorators: [any ModelDecorator] = []) {
        self.models = models
        self.decorators = decorators
    }

    /// Reads the arguments, loads the models and works until SIGTERM or Ctrl-C. It does not return: the process ends
    /// with 0, or with 2 for wrong arguments and 9 for what can't be served.
    public func run() -> Never {
        run(Array(CommandLine.arguments.dropFirst()))
    }

    func run(_ arguments: [String]) -> Never {
        do {
            let options = try WorkerOptions.parse(arguments)
            var process = try process(options)
            process.run()
            exit(0)
        } catch let error as ModelLoadError {
            Self.fail(error.description)
        } catch {
            let status = WorkerOptions.exitCode(for: error)
            let text = WorkerOptions.fullMessage(for: error)
            if status == .success {
                print(text)
                exit(0)
            }
            if status == .validationFailure {
                Self.complain(text)
                exit(2)
            }
            Self.fail("\(error)")
        }
    }

    private func process(_ options: WorkerOptions) throws -> WorkerProcess {
        var logger = Logger(label: "worker", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = Logger.Level(rawValue: options.logLevel) ?? .info
        var configuration = WorkerConfiguration(brokers: options.connect)
        configuration.threads = options.threads
        configuration.limits.capacity = UInt32(options.capacity)
        let role: WorkerProcess.Role =
            options.bind.map { .alone(BrokerConfiguration(frontend: $0, backend: "")) } ?? .behindBrokers
        let sources = try models.map { try source($0, settings: options.settings) }
        return try WorkerProcess(
            configuration, role, logger: logger, ready: { Self.write($0, to: STDOUT_FILENO) },
            models: FixedModels { try ModelManager(sources) })
    }

    private func source(_ type: any MLModel.Type, settings: String?) throws -> ModelSource {
        func open<Model: MLModel>(_ type: Model.Type, _ settings: JSONValue) -> ModelSource {
            .type(type, configuration: ModelConfiguration(settings: settings))
        }
        let all = try settings.map { try JSONValue(parsing: $0) }
        return open(type, all?[type.qualifiedName] ?? [:]).decorated(by: decorators)
    }

    private static func complain(_ text: String) {
        write(text, to: STDERR_FILENO)
    }

    /// With no buffer that would keep a line from whoever waits for it.
    private static func write(_ text: String, to descriptor: Int32) {
        let line = text + "\n"
        // There is nobody to tell of an output that can't be written.
        _ = Glibc.write(descriptor, line, line.utf8.count)
    }

    private static func fail(_ message: String) -> Never {
        complain("worker: \(message)")
        exit(9)
    }
}

/// The arguments of a model package's own worker.
struct WorkerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A broker's backend to work for. Repeatable.", valueName: "endpoint"))
    var connect: [String] = []

    @Option(help: ArgumentHelp("Serve alone: clients connect here.", valueName: "endpoint"))
    var bind: String?

    @Option(help: ArgumentHelp("Threads that predict.", valueName: "count"))
    var threads = 1

    @Option(help: ArgumentHelp("Requests taken from a broker before any is answered.", valueName: "count"))
    var capacity = 64

    @Option(
        help: ArgumentHelp(
            "The models' settings as JSON, by qualified name: '{\"iris_model\": {...}}'.", valueName: "json"))
    var settings: String?

    @Option(help: ArgumentHelp("The least severe event that is logged.", valueName: "level"))
    var logLevel = "info"

    func validate() throws {
        if (bind == nil) == connect.isEmpty {
            throw ValidationError(
                "Whom to work for? Give --connect ENDPOINT for brokers, or --bind ENDPOINT to serve alone.")
        }
        guard (1...1024).contains(threads) else { throw ValidationError("--threads is 1 to 1024") }
        guard (1...65_536).contains(capacity) else { throw ValidationError("--capacity is 1 to 65536") }
        guard Logger.Level(rawValue: logLevel) != nil else {
            let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--log-level is one of \(levels)")
        }
        if let settings, (try? JSONValue(parsing: settings))?.object == nil {
            throw ValidationError("--settings is a JSON object")
        }
    }
}
