import ArgumentParser
import SibylJSON
import Testing

@testable import sibyl

@Suite struct CommandTests {
    private func parse<Command: ParsableCommand>(_ arguments: String...) throws -> Command {
        try #require(try SibylCommand.parseAsRoot(arguments) as? Command)
    }

    @Test(arguments: [
        ("500ms", 500), ("2s", 2000), ("1.5s", 1500), ("1m", 60_000), ("3", 3000), ("0.0001s", 1),
        ("1440m", 86_400_000),
    ])
    func timesAsPeopleWriteThem(text: String, milliseconds: Int) {
        #expect(Timeout(argument: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: ["", "s", "0", "0ms", "-1s", "1e3", "1h", "soon", "1441m", "1.2.3s", "nan", "inf"])
    func whatIsNoTime(text: String) {
        #expect(Timeout(argument: text) == nil)
    }

    @Test func aPluginMayHaveSettings() throws {
        let plain = try PluginArgument(argument: "lib/a.so")
        #expect(plain.entry.plugin == "lib/a.so" && plain.entry.settings == [:])
        let withSettings = try PluginArgument(argument: #"a=b.so={"k": "x={y}"}"#)
        #expect(withSettings.entry.plugin == "a=b.so")
        #expect(withSettings.entry.settings == ["k": "x={y}"])
    }

    @Test(arguments: [("a.so={", "not JSON"), ("={}", "path"), ("", "path")])
    func saysWhatIsWrongWithAPlugin(argument: String, reason: String) throws {
        let error = #expect(throws: ValidationError.self) { try PluginArgument(argument: argument) }
        #expect(error?.message.contains(reason) == true)
    }

    @Test func aNegativeNumberIsAnInput() throws {
        #expect(
            NegativeNumber.asInput(["predict", "celsius", "-40", "--json"])
                == ["predict", "celsius", "--json", "--", "-40"])
        #expect(NegativeNumber.asInput(["predict", "celsius", "--", "-40"]) == ["predict", "celsius", "--", "-40"])
        #expect(NegativeNumber.asInput(["predict", "m", "-", "--batch"]) == ["predict", "m", "-", "--batch"])
    }

    @Test func aWorkerServesAloneOrBehindBrokers() throws {
        let worker: WorkerCommand = try parse("worker", "--connect", "tcp://a:1", "--connect", "tcp://b:2")
        #expect(worker.connect == ["tcp://a:1", "tcp://b:2"])
        #expect(throws: (any Error).self) { try SibylCommand.parseAsRoot(["worker"]) }
        #expect(throws: (any Error).self) {
            try SibylCommand.parseAsRoot(["worker", "--bind", "tcp://*:1", "--connect", "tcp://b:2"])
        }
    }

    @Test func aVersionIsTheModelsOrTheProgramsByItsPlace() throws {
        let metadata: MetadataCommand = try parse("metadata", "m", "--version", "1.2")
        #expect(metadata.choice.version == "1.2")
        #expect(SibylCommand.run(["--version"]) == .success)
    }

    @Test func workersOfServeGetTheFlagsThatConcernThem() throws {
        let serve: ServeCommand = try parse(
            "serve", "--config", "x.yaml", "--env", "production", "--workers", "3", "--log-level", "debug",
            "--plugin", #"a.so={"k": 1}"#)
        #expect(
            serve.workerArguments == [
                "--config", "x.yaml", "--env", "production", "--log-level", "debug", "--plugin", #"a.so={"k": 1}"#,
            ])
        // And they must be arguments that a worker takes.
        let worker: WorkerCommand = try #require(
            try SibylCommand.parseAsRoot(["worker", "--connect", "ipc://x", "--parent", "1"] + serve.workerArguments)
                as? WorkerCommand)
        #expect(worker.parent == 1 && worker.models.plugins.count == 1)
    }

    @Test(arguments: [
        ["--nonsense"], ["predict"], ["list", "--version"], ["worker"], ["list", "--timeout", "soon"],
        ["serve", "--workers", "x"], ["serve", "--workers", "0"], ["list", "--connect", "5555"], ["lst"],
        ["worker", "--connect", "5555"],
    ])
    func badArgumentsAreUsage(arguments: [String]) {
        #expect(SibylCommand.run(arguments) == .usage)
    }

    @Test func helpOfEveryCommandHasExamples() {
        let commands = SibylCommand.configuration.groupedSubcommands.flatMap(\.subcommands)
        #expect(commands.count == 11)
        check(commands + ModelsCommand.configuration.subcommands)
    }

    private func check(_ commands: [any ParsableCommand.Type]) {
        for command in commands {
            let help = SibylCommand.helpMessage(for: command, columns: 100)
            #expect(help.contains("EXAMPLES:") && help.contains("exit status"), "\(command)")
            #expect(!command.configuration.abstract.isEmpty, "\(command)")
        }
    }
}
