internal import SibylInference
internal import SibylModel

/// One prediction, as it waits to be written.
struct LogRecord: Sendable {
    enum Outcome: Sendable {
        case output([UInt8], jsonLength: Int)
        case failure(PredictionError)
    }

    /// In nanoseconds since 1970, when it was answered.
    var time: Int64
    /// In nanoseconds.
    var duration: Int64
    var batchSize: Int
    var form: PayloadForm
    var input: [UInt8]
    var outcome: Outcome

    /// The room that it takes, about.
    var size: Int { Self.size(input.count, outcome.size) }

    static func size(_ input: Int, _ outcome: Int) -> Int { input + outcome + 128 }
}

extension LogRecord.Outcome {
    fileprivate var size: Int {
        switch self {
        case .output(let bytes, _): bytes.count
        case .failure(let error): error.message.utf8.count
        }
    }
}
