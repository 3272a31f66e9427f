internal import SibylClient

/// A prediction's outputs and failures, printed.
enum PredictionReport {
    /// All that the server told, as one line of JSON.
    static func printJSON(_ prediction: RawPrediction) throws {
        var report: JSONObject = [
            "model": .string(prediction.model), "version": .string(prediction.version),
            "worker": .string(prediction.worker),
            "timing": [
                "queue_us": .integer(Int64(prediction.timing.queueMicroseconds)),
                "compute_us": .integer(Int64(prediction.timing.computeMicroseconds)),
                "batch_size": .integer(Int64(prediction.timing.batchSize)),
            ],
            "output": try JSONValue(parsing: prediction.payload),
        ]
        if !prediction.itemErrors.isEmpty { report["errors"] = .array(prediction.itemErrors.map(json)) }
        Terminal.print(JSONValue.object(report).description)
    }

    private static func json(_ item: ItemError) -> JSONValue {
        let details = item.error.details.map { detail -> JSONValue in
            ["path": .string(detail.path), "message": .string(detail.message)]
        }
        return [
            "index": .integer(Int64(item.index)), "code": .string(item.error.code.wireName),
            "message": .string(item.error.message), "details": .array(details),
        ]
    }

    /// A batch's outputs, each on a line of its own.
    static func printLines(_ prediction: RawPrediction) throws {
        guard let outputs = try JSONValue(parsing: prediction.payload).array else {
            throw Failure(status: .serverFault, message: "the server answered a batch with what is no array")
        }
        if outputs.isEmpty { return }
        Terminal.print(outputs.map(\.description).joined(separator: "\n"))
    }

    /// Says which items failed.
    static func failure(_ prediction: RawPrediction) -> Failure {
        let count = prediction.itemErrors.count
        return Failure(
            status: .partialBatch, message: count == 1 ? "1 item failed" : "\(count) items failed",
            details: prediction.itemErrors.flatMap(lines).map { Failure.Detail(message: $0) })
    }

    private static func lines(_ item: ItemError) -> [String] {
        let details = item.error.details
        if details.isEmpty { return ["item \(item.index): \(item.error.message)"] }
        return details.map { "item \(item.index) \($0.path.isEmpty ? "/" : $0.path): \($0.message)" }
    }
}
