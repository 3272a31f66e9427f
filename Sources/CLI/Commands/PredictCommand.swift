internal import ArgumentParser

/// `sibyl predict`: asks a model.
struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Asks a model for a prediction.",
        discussion: """
            The output goes to standard output as the model gave it. With --batch the input is an array of inputs, and \
            each output stands on a line of its own: null for one that failed, which standard error explains.

            EXAMPLES:
              sibyl predict a_model '{"x": 5.1}'
              sibyl predict a_model @input.json --timeout 500ms
              cat rows.json | sibyl predict a_model - --batch
            """)

    @Argument(help: ArgumentHelp("The model's qualified name.", valueName: "model"))
    var model: String

    @Argument(
        help: ArgumentHelp("JSON, or @FILE for what a file holds, or - for standard input.", valueName: "input"),
        completion: .file())
    var input: String

    @Flag(help: "The input is an array of inputs.")
    var batch = false

    @OptionGroup var choice: VersionOption
    @OptionGroup var client: ClientOptions
}
