internal import ArgumentParser
internal import SibylClient

/// `sibyl predict`: asks a model.
struct PredictCommand: AskingCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Asks a model for a prediction.",
        discussion: """
            The output goes to standard output as the model gave it; --json adds version, worker and times. With --batch \
            the input is an array of inputs, and each output stands on a line of its own: null for one that failed, which \
            standard error explains.

            EXAMPLES:
              sibyl predict a_model '{"x": 5.1}'
              sibyl predict a_model @input.json --timeout 500ms
              cat rows.json | sibyl predict a_model - --batch
              sibyl predict a_model '{"x": 5.1}' --version 1 --json

            \(ExitStatus.hint)
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

    func run() throws {
        let payload = try readInput()
        let (model, isBatch, options) = (model, batch, CallOptions(version: choice.version))
        let prediction = try client.ask { client in
            try await client.predictRaw(model, payload: payload, isBatch: isBatch, options: options)
        }
        if client.json {
            try PredictionReport.printJSON(prediction)
        } else if batch {
            try PredictionReport.printLines(prediction)
        } else {
            Terminal.print(String(decoding: prediction.payload, as: UTF8.self))
        }
        if !prediction.itemErrors.isEmpty { throw PredictionReport.failure(prediction) }
    }

    /// The input's bytes, JSON for certain: a mistake in it is told before anybody is asked.
    private func readInput() throws -> [UInt8] {
        let bytes: [UInt8]
        if input == "-" || input.hasPrefix("@") {
            let path = input == "-" ? input : String(input.dropFirst())
            bytes = try FilePaths.read(path, limit: WireLimits.messageBytes)
        } else {
            bytes = Array(input.utf8)
        }
        let value = try Self.parsed(bytes)
        if batch && value.array == nil {
            throw Failure(status: .badInput, message: "with --batch the input is an array of inputs")
        }
        return bytes
    }

    private static func parsed(_ bytes: [UInt8]) throws -> JSONValue {
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw Failure(status: .badInput, message: "the input is not JSON: \(error)")
        }
    }
}
