/// Which breaks of its contract a model's new version may have.
public enum ContractPolicy: String, Sendable, Hashable, CaseIterable {
    /// None, in any version.
    case strict
    /// Any where the major version rose; else none but new optional members of the input, which is what minor versions
    /// are for (`ContractBreak.Kind.undeclared`).
    case major
    /// All: nothing is compared.
    case off

    /// Those of `breaks` for which a new version must not replace the old one.
    public func refused(_ breaks: [ContractBreak], from old: SemanticVersion, to new: SemanticVersion)
        -> [ContractBreak]
    {
        switch self {
        case .strict: breaks
        case .major: new.major > old.major ? [] : breaks.filter { $0.kind != .undeclared }
        case .off: []
        }
    }
}
