internal import SibylJSON
internal import SibylModel
internal import SibylProtocol
internal import SibylTransport

/// Why a command ends: what the person is told, and the status that a script gets.
struct Failure: Error, Equatable {
    /// One of several things that are wrong.
    struct Detail: Equatable {
        /// A JSON pointer into the input, where it is the input that is wrong.
        var path: String?
        var message: String

        var line: String { path.map { "\($0.isEmpty ? "/" : $0): \(message)" } ?? message }
    }

    var status: ExitStatus
    /// What went wrong and what to do about it; empty when that has been said already.
    var message: String
    var details: [Detail] = []
    /// The protocol's code, when a server or the client library said it.
    var code: ErrorCode?
    var retryAfterMilliseconds: Int?

    /// What goes to standard error for people.
    var text: String {
        let retry = retryAfterMilliseconds.map { ["try again in \($0) ms"] } ?? []
        let lines = (details.map(\.line) + retry).map { "  " + DisplayText.printable($0) }
        return (["sibyl: " + DisplayText.printable(message)] + lines).joined(separator: "\n")
    }

    /// The same for programs: one object on one line.
    var json: String {
        var error: JSONObject = ["exit_status": .integer(Int64(status.rawValue)), "message": .string(message)]
        if let code { error["code"] = .string(code.wireName) }
        if let retryAfterMilliseconds { error["retry_after_ms"] = .integer(Int64(retryAfterMilliseconds)) }
        if !details.isEmpty { error["details"] = .array(details.map(Self.json)) }
        return JSONValue.object(["error": .object(error)]).description
    }

    private static func json(_ detail: Detail) -> JSONValue {
        var object: JSONObject = [:]
        if let path = detail.path { object["path"] = .string(path) }
        object["message"] = .string(detail.message)
        return .object(object)
    }
}

extension Failure {
    init(_ error: SibylError) {
        self.init(
            status: ExitStatus(error.code), message: error.message,
            details: error.details.map { Detail(path: $0.path, message: $0.message) }, code: error.code,
            retryAfterMilliseconds: error.retryAfterMilliseconds)
    }

    init(_ error: ConfigurationError) {
        let status: ExitStatus = error.isUsage ? .usage : .configuration
        let problems = error.problems.map { Detail(message: $0.description) }
        if problems.count == 1 {
            self.init(status: status, message: problems[0].message)
        } else {
            let what = error.isUsage ? "arguments" : "configuration"
            self.init(status: status, message: "the \(what) can't be used", details: problems)
        }
    }

    init(_ error: TransportError) {
        self.init(status: error.code == .systemCall ? .serverFault : .configuration, message: error.message)
    }

    /// Any error, in the words that it has for a person.
    init(any error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as SibylError: self.init(error)
        case let error as ConfigurationError: self.init(error)
        case let error as TransportError: self.init(error)
        case let error as ModelLoadError: self.init(status: .configuration, message: error.description)
        case let error as FileFault: self.init(status: .badInput, message: error.description)
        default: self.init(status: .serverFault, message: "\(error)")
        }
    }
}
