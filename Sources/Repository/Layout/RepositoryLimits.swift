/// What a repository may hold. More than this is a mistake in the path as a rule, and a walk through it would take too long
/// to be repeated each second.
package struct RepositoryLimits: Sendable {
    /// Entries of the repository's folder.
    package var models = 1_000
    /// Entries of one model's folder.
    package var versions = 200
    /// Files and folders of one version: a model exported with each weight in a file of its own has some thousands.
    package var files = 10_000
    /// Folders in folders of one version.
    package var depth = 16
    /// Of one `model.yaml`, in bytes; its samples may be images.
    package var descriptionBytes = 8 << 20

    package init() {}
}
