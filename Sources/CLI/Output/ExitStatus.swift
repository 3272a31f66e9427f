internal import SibylProtocol

/// What a command's exit status tells a script. The numbers are part of the interface: they never change.
enum ExitStatus: Int32, CaseIterable {
    case success = 0
    case usage = 2
    case badInput = 3
    case notFound = 4
    case unavailable = 5
    case deadline = 6
    case serverFault = 7
    case partialBatch = 8
    case configuration = 9
    case notAllowed = 10

    init(_ code: ErrorCode) {
        self =
            switch code {
            case .malformedPayload, .invalidInput, .unsupportedContentType, .payloadTooLarge: .badInput
            case .modelNotFound, .versionNotFound: .notFound
            case .overloaded, .unavailable, .workerLost, .cancelled: .unavailable
            case .deadlineExceeded: .deadline
            case .unauthorized, .forbidden: .notAllowed
            case .malformedEnvelope, .unsupportedVersion, .unknownOperation, .predictionFailed, .internal: .serverFault
            }
    }

    /// For the help texts and the documentation.
    var meaning: String {
        switch self {
        case .success: "all went well"
        case .usage: "the arguments are wrong"
        case .badInput: "the input is not what the model takes, or no JSON"
        case .notFound: "nobody has that model or version"
        case .unavailable: "nobody listens, no worker serves it now, or overloaded: try again later"
        case .deadline: "no answer in time"
        case .serverFault: "the model or the server failed"
        case .partialBatch: "the batch was answered, some of its items with an error"
        case .configuration: "the configuration, an endpoint or a model to serve can't be used"
        case .notAllowed: "the server does not allow it"
        }
    }

    /// For the help of each command.
    static let hint = "The exit status tells failures apart: `sibyl --help` lists what each means."

    static var help: String {
        let lines = allCases.map { "  \($0.rawValue < 10 ? " " : "")\($0.rawValue)  \($0.meaning)" }
        return (["EXIT STATUS:"] + lines).joined(separator: "\n")
    }
}
