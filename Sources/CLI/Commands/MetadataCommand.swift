internal import ArgumentParser

/// `sibyl metadata`: what one model takes and gives.
struct MetadataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metadata",
        abstract: "Tells what a model takes and gives.",
        discussion: """
            EXAMPLES:
              sibyl metadata iris_model
              sibyl metadata iris_model --version 0.1 --json
            """)

    @Argument(help: ArgumentHelp("The model's qualified name.", valueName: "model"))
    var model: String

    @OptionGroup var choice: VersionOption
    @OptionGroup var client: ClientOptions
}

/// Which version of a model is meant.
struct VersionOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The version, whole (1.2.0) or its beginning (1); without it the model's default.", valueName: "version"))
    var version: String?
}
