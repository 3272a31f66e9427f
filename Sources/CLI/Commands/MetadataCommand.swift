internal import ArgumentParser
internal import SibylClient

/// `sibyl metadata`: what one model takes and gives.
struct MetadataCommand: AskingCommand {
    static let configuration = CommandConfiguration(
        commandName: "metadata",
        abstract: "Tells what a model takes and gives.",
        discussion: """
            EXAMPLES:
              sibyl metadata iris_model
              sibyl metadata iris_model --version 0.1 --json

            \(ExitStatus.hint)
            """)

    @Argument(help: ArgumentHelp("The model's qualified name.", valueName: "model"))
    var model: String

    @OptionGroup var choice: VersionOption
    @OptionGroup var client: ClientOptions

    func run() throws {
        let (name, version) = (model, choice.version)
        let model = try client.ask { try await $0.metadata(name, version: version) }
        if client.json {
            return Terminal.print(String(decoding: try JSONCoding.encode(model), as: UTF8.self))
        }
        var facts = Table([.init(""), .init("")], hasHeader: false)
        facts.add(["model", model.qualifiedName])
        facts.add(["name", model.displayName])
        facts.add(["description", model.description])
        facts.add(["version", model.version])
        if model.versions.count > 1 { facts.add(["versions", model.versions.joined(separator: ", ")]) }
        facts.add(["state", model.state])
        let width = Terminal.width
        Terminal.print(
            [
                facts.rendered(width: width), "", "INPUT", SchemaTable.text(model.inputSchema, width: width), "",
                "OUTPUT", SchemaTable.text(model.outputSchema, width: width),
            ].joined(separator: "\n"))
    }
}

/// Which version of a model is meant.
struct VersionOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The version, whole (1.2.0) or its beginning (1); without it the model's default.", valueName: "version"))
    var version: String?
}
