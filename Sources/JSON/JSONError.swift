/// Why bytes are not the JSON that was asked for, and where.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: Sendable, Equatable {
        /// The bytes are not JSON as RFC 8259 has it.
        case syntax
        /// A string or key is not UTF-8, or an escape names half a surrogate pair.
        case encoding
        /// Containers are nested deeper than `JSONLimits.depth`.
        case depth
        /// A number is beyond what a double can hold.
        case range
        /// A value is of another type than the caller asked for.
        case type
        /// A double that JSON has no form for: not a number, or infinite.
        case notRepresentable
    }

    public let code: Code
    public let message: String
    /// Bytes from the start of the text.
    public let offset: Int

    public init(code: Code, message: String, offset: Int) {
        self.code = code
        self.message = message
        self.offset = offset
    }

    public var description: String { "\(message) (at byte \(offset))" }
}

/// What a parser refuses although it is JSON.
public struct JSONLimits: Sendable {
    /// Levels of containers. It bounds the stack of whatever walks the value.
    public var depth = 64

    public init() {}

    public init(depth: Int) {
        self.depth = depth
    }

    public static let standard = JSONLimits()
}

public enum JSONKind: Sendable {
    case null, bool, number, string, array, object
}
