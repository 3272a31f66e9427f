internal import ArgumentParser
internal import CZeroMQ
internal import Glibc
internal import SibylProtocol

/// The program: parses the arguments, runs the command, and turns whatever it throws into words and an exit status.
@main
struct SibylCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sibyl",
        abstract: "Serves predictions of models over ZeroMQ, and asks for them.",
        discussion: """
            EXAMPLES:
              sibyl serve                   serve the models of ./sibyl.yaml
              sibyl list                    which models there are
              sibyl metadata iris_model     what one takes and gives
              sibyl predict iris_model @input.json
              sibyl --version               which version this is

            COMPLETION for bash, zsh or fish:
              sibyl --generate-completion-script bash

            \(ExitStatus.help)
            """,
        groupedSubcommands: [
            CommandGroup(
                name: "Serving",
                subcommands: [ServeCommand.self, BrokerCommand.self, WorkerCommand.self, GatewayCommand.self]),
            CommandGroup(
                name: "Asking",
                subcommands: [
                    ListCommand.self, MetadataCommand.self, PredictCommand.self, HealthCommand.self, StatsCommand.self,
                ]),
            CommandGroup(name: "Looking after models", subcommands: [ModelsCommand.self]),
            CommandGroup(name: "Proving", subcommands: [SimulateCommand.self]),
        ])

    static func main() {
        // Whoever reads our output may leave early; a write tells, a signal kills.
        signal(SIGPIPE, SIG_IGN)
        // The usual 1,024 would be the most clients that a broker has.
        sibyl_raise_descriptor_limit()
        Glibc.exit(run(Array(CommandLine.arguments.dropFirst())).rawValue)
    }

    static func run(_ arguments: [String]) -> ExitStatus {
        // Not a flag of the parser's: that would stand in the help of every command, some of which take a model's version.
        if arguments == ["--version"] {
            Terminal.print(SibylVersion.current)
            return .success
        }
        if let failure = unknownCommand(arguments) { return tell(failure, asJSON: false) }
        do {
            return run(try parseAsRoot(NegativeNumber.asInput(arguments)))
        } catch {
            return tell(error)
        }
    }

    private static func run(_ command: any ParsableCommand) -> ExitStatus {
        var command = command
        do {
            try command.run()
            return .success
        } catch let error where isParsers(error) {
            return tell(error)
        } catch {
            let isJSON = (command as? any AskingCommand)?.client.json ?? false
            return tell(Failure(any: error), asJSON: isJSON)
        }
    }

    /// In other words than the parser's, which calls it an unexpected argument.
    private static func unknownCommand(_ arguments: [String]) -> Failure? {
        let commands = configuration.groupedSubcommands.flatMap { $0.subcommands }
        let names = commands.compactMap { $0.configuration.commandName } + ["help"]
        guard let word = arguments.first, !word.hasPrefix("-"), !names.contains(word) else { return nil }
        let nearest = NearestName.of(word, among: names).map { "; did you mean \($0)?" } ?? ""
        return Failure(
            status: .usage, message: "there is no command \(word)\(nearest)",
            details: [Failure.Detail(message: "`sibyl --help` lists all")])
    }

    /// Whether running a command ended in a screen of help, which the parser throws like an error.
    private static func isParsers(_ error: any Error) -> Bool {
        error is CleanExit || exitCode(for: error) == .success
    }

    private static func tell(_ parsers: any Error) -> ExitStatus {
        let text = fullMessage(for: parsers)
        if exitCode(for: parsers) == .success {
            Terminal.print(text)
            return .success
        }
        let error = "Error: "
        Terminal.complain(text.hasPrefix(error) ? "sibyl: " + text.dropFirst(error.count) : text)
        return .usage
    }

    private static func tell(_ failure: Failure, asJSON: Bool) -> ExitStatus {
        Terminal.complain(asJSON ? failure.json : failure.text)
        return failure.status
    }
}
