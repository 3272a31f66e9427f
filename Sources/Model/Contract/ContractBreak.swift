/// One way in which a model's new version breaks what its old one promised its callers.
public struct ContractBreak: Sendable, Hashable, CustomStringConvertible {
    public enum Side: String, Sendable, CaseIterable {
        /// What callers send.
        case input
        /// What callers read.
        case output
    }

    public enum Kind: Sendable, CaseIterable {
        /// Something that the old version took, or never gave, and the new one refuses, or may give.
        case broken
        /// The same of an input's member that the old schema let through unnamed: what a caller may have sent there, the
        /// old version has ignored.
        case undeclared
        /// The schemas differ in a way of which it can't be told whether it breaks anything.
        case undecided
    }

    public var side: Side
    public var kind: Kind
    /// Where in the input or output, as a JSON pointer (RFC 6901) in which `*` stands for every element, or for every
    /// member that no schema names; the empty string is the value itself.
    public var path: String
    /// What was and what is now.
    public var message: String

    public init(_ side: Side, _ kind: Kind = .broken, path: String, _ message: String) {
        self.side = side
        self.kind = kind
        self.path = path
        self.message = message
    }

    public var description: String { "\(side) \(path.isEmpty ? "/" : path): \(message)" }
}
