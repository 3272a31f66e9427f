internal import SibylInference
internal import SibylModel

extension VersionLoader {
    /// - Parameter predecessor: whose callers the version must suit.
    /// - Returns: breaks that the policy allows.
    /// - Throws: `ModelLoadError` with all breaks if the policy allows none.
    static func checkContract(
        of model: ModelMetadata, with predecessor: ModelMetadata?, by policy: ContractPolicy
    ) throws(ModelLoadError) -> [String] {
        []
    }
}
