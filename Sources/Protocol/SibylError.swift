/// One place of an input that is not as it should be.
public struct ErrorDetail: Sendable, Hashable {
    /// A JSON pointer into the input, such as `/sepal_length`; empty for the input itself.
    public var path: String
    public var message: String

    public init(path: String, message: String) {
        self.path = path
        self.message = message
    }
}

/// An error of the protocol: what goes over the wire, and what the client library throws.
public struct SibylError: Error, Sendable, CustomStringConvertible {
    public var code: ErrorCode
    /// What went wrong and what to do about it, for a person.
    public var message: String
    /// Every place of the input that is at fault, when that is what went wrong.
    public var details: [ErrorDetail]
    /// After how many milliseconds trying again is worth while, where that could be computed.
    public var retryAfterMilliseconds: Int?
    /// The error beneath, where there is one. It stays in this process.
    public var cause: (any Error)?

    public init(
        _ code: ErrorCode, _ message: String, details: [ErrorDetail] = [], retryAfterMilliseconds: Int? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.details = details
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.cause = cause
    }

    public var isRetryable: Bool { code.isRetryable }

    public var description: String {
        details.reduce("\(code.wireName): \(message)") { "\($0)\n  \($1.path.isEmpty ? "/" : $1.path): \($1.message)" }
    }
}

/// The failure of one item of a batch; its neighbours are answered all the same.
public struct ItemError: Error, Sendable, CustomStringConvertible {
    /// The item's place in the batch, from 0.
    public var index: Int
    public var error: SibylError

    public init(index: Int, error: SibylError) {
        self.index = index
        self.error = error
    }

    public var description: String { "item \(index): \(error)" }
}
