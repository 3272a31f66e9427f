internal import SibylModel
internal import SibylProtocol
internal import SibylTransport

/// Why a command ends: what the person is told, and the status that a script gets.
struct Failure: Error, Equatable {
    var status: ExitStatus
    /// What went wrong and what to do about it; empty when that has been said already.
    var message: String
    /// One line each, such as `/sepal_length: must be above 0`.
    var details: [String] = []

    /// What goes to standard error.
    var text: String {
        let lines = details.map { "  " + DisplayText.printable($0) }
        return (["sibyl: " + DisplayText.printable(message)] + lines).joined(separator: "\n")
    }
}

extension Failure {
    init(_ error: SibylError) {
        let details = error.details.map { "\($0.path.isEmpty ? "/" : $0.path): \($0.message)" }
        let retry = error.retryAfterMilliseconds.map { ["try again in \($0) ms"] } ?? []
        self.init(status: ExitStatus(error.code), message: error.message, details: details + retry)
    }

    init(_ error: ConfigurationError) {
        let lines = error.problems.map(\.description)
        self.init(
            status: .configuration, message: lines.count == 1 ? lines[0] : "the configuration can't be used",
            details: lines.count == 1 ? [] : lines)
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
