internal import SibylModel

extension VersionLoader {
    /// - Parameter predecessor: whose callers the version must suit.
    /// - Returns: breaks that the policy allows.
    /// - Throws: `ModelLoadError` with all breaks that it refuses.
    static func checkContract(
        of model: ModelMetadata, with predecessor: ModelMetadata?, by policy: ContractPolicy
    ) throws(ModelLoadError) -> [String] {
        guard let predecessor, policy != .off else { return [] }
        let breaks = ContractCheck.breaks(from: predecessor, to: model)
        let refused = policy.refused(breaks, from: predecessor.version, to: model.version)
        guard refused.isEmpty else {
            let way =
                policy == .major
                ? "give it the version \(predecessor.version.major + 1).0.0, or write contract: off in its model.yaml"
                : "keep what the schemas promise, or write contract: major or off in its model.yaml"
            throw ModelLoadError(
                "it breaks what callers of version \(predecessor.version) rely on; \(way): "
                    + refused.map(\.description).joined(separator: "; "))
        }
        return breaks.map { "unlike version \(predecessor.version): \($0)" }
    }
}
