internal import ArgumentParser
internal import SibylClient
internal import SibylProtocol

/// `sibyl models`: the models of repositories.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Looks after models in repositories: checks folders, loads and unloads what a server serves.",
        discussion: """
            EXAMPLES:
              sibyl models check ./repository
              sibyl models list
              sibyl models unload iris 1.2.0
              sibyl models load iris
              sibyl models reload iris 1.3.0

            \(ExitStatus.hint)
            """,
        subcommands: [
            ModelsCheckCommand.self, ModelsListCommand.self, ModelsLoadCommand.self, ModelsUnloadCommand.self,
            ModelsReloadCommand.self,
        ])
}

/// Which model of a server's repository.
struct ModelArgument: ParsableArguments {
    @Argument(help: ArgumentHelp("The model's qualified name.", valueName: "model"))
    var model: String

    @Argument(help: ArgumentHelp("A version; all of the model's without one.", valueName: "version"))
    var version: String?
}

struct ModelsLoadCommand: AskingCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract:
            "Has the workers serve a model of their repository, also one that was unloaded or could not be loaded.",
        discussion:
            "Waits until it is served or has failed.\n\nEXAMPLES:\n  sibyl models load iris 1.3.0\n\n\(ExitStatus.hint)"
    )

    @OptionGroup var argument: ModelArgument
    @OptionGroup var client: ClientOptions

    func run() throws {
        let argument = argument
        let told = try client.ask { try await $0.repository(.load, argument.model, version: argument.version) }
        try ModelControl(client, argument).waitUntilServed(toldTo: told)
    }
}

struct ModelsUnloadCommand: AskingCommand {
    static let configuration = CommandConfiguration(
        commandName: "unload",
        abstract: "Has the workers serve a model no more. What waits for it is still computed.",
        discussion: """
            Workers that start later hear of it too, as long as their broker lives.

            EXAMPLES:
              sibyl models unload iris 1.2.0

            \(ExitStatus.hint)
            """)

    @OptionGroup var argument: ModelArgument
    @OptionGroup var client: ClientOptions

    func run() throws {
        let argument = argument
        try ModelControl(client, argument).checkServed()
        let told = try client.ask { try await $0.repository(.unload, argument.model, version: argument.version) }
        try ModelControl(client, argument).waitUntilGone(toldTo: told)
    }
}

struct ModelsReloadCommand: AskingCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Has the workers load a model anew, though its files have not changed.",
        discussion: """
            What is served goes on until the new one is ready. The log and `sibyl list` tell what has become of it.

            EXAMPLES:
              sibyl models reload iris

            \(ExitStatus.hint)
            """)

    @OptionGroup var argument: ModelArgument
    @OptionGroup var client: ClientOptions

    func run() throws {
        let argument = argument
        let told = try client.ask { try await $0.repository(.reload, argument.model, version: argument.version) }
        ModelControl(client, argument).tell("is loaded anew", toldTo: told)
    }
}
