internal import ArgumentParser
internal import Glibc

/// The program: parses the arguments, runs the command, and turns whatever it throws into words and an exit status.
@main
struct SibylCommand: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "sibyl",
        abstract: "Serves predictions of models over ZeroMQ, and asks for them.",
        discussion: """
            EXAMPLES:
              sibyl serve                                serve the models of ./sibyl.yaml
              sibyl list                                 which models there are
              sibyl metadata iris_model                  what one takes and gives
              sibyl predict iris_model '{"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}'
              sibyl --generate-completion-script bash    completion for your shell; also zsh and fish

            \(ExitStatus.help)
            """,
        version: version,
        groupedSubcommands: [
            CommandGroup(name: "Serving", subcommands: [ServeCommand.self, BrokerCommand.self, WorkerCommand.self]),
            CommandGroup(
                name: "Asking",
                subcommands: [
                    ListCommand.self, MetadataCommand.self, PredictCommand.self, HealthCommand.self, StatsCommand.self,
                ]),
        ])

    static func main() {
        // Whoever reads our output may leave early; a write tells, a signal kills.
        signal(SIGPIPE, SIG_IGN)
        exit(run(Array(CommandLine.arguments.dropFirst())).rawValue)
    }

    static func run(_ arguments: [String]) -> ExitStatus {
        do {
            var command = try parseAsRoot(arguments)
            do {
                try command.run()
                return .success
            } catch let error where isParsers(error) {
                return tell(error)
            } catch {
                return tell(Failure(any: error))
            }
        } catch {
            return tell(error)
        }
    }

    /// Whether running a command ended in a screen of help, which the parser throws like an error.
    private static func isParsers(_ error: any Error) -> Bool {
        error is CleanExit || exitCode(for: error) == .success
    }

    private static func tell(_ error: any Error) -> ExitStatus {
        let text = fullMessage(for: error)
        if exitCode(for: error) == .success {
            Terminal.print(text)
            return .success
        }
        Terminal.complain(text)
        return .usage
    }

    private static func tell(_ failure: Failure) -> ExitStatus {
        Terminal.complain(failure.text)
        return failure.status
    }
}
