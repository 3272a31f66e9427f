internal import ArgumentParser
internal import SibylRepository

/// `sibyl models list`: what a server has, or what a folder holds.
struct ModelsListCommand: AskingCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Tells which models a server has, as `sibyl list` does, or which a folder holds.",
        discussion: """
            A folder is looked through and nothing of it is loaded; `sibyl models check` does that.

            EXAMPLES:
              sibyl models list
              sibyl models list ./repository

            \(ExitStatus.hint)
            """)

    @Argument(
        help: ArgumentHelp("A folder; the server's models without one.", valueName: "folder"), completion: .directory)
    var folder: String?

    @OptionGroup var client: ClientOptions

    func run() throws {
        guard let folder else { return try ListCommand.list(client) }
        RepositoryTable(report: try RepositoryReport(of: folder, loader: nil)).print(asJSON: client.json)
    }
}
