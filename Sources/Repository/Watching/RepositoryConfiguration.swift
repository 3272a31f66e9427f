/// Which repository to watch, and how.
package struct RepositoryConfiguration: Sendable {
    /// The repository's folder.
    package var path: String
    /// From one look at the folder to the next.
    package var interval: Duration = .seconds(1)
    /// How long the files of a version must have stayed the same to be taken for complete.
    package var settle: Duration = .seconds(2)
    package var limits = RepositoryLimits()

    package init(_ path: String) {
        self.path = path
    }
}
