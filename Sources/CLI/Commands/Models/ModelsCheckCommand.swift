internal import ArgumentParser
internal import SibylModel
internal import SibylONNX
internal import SibylRepository
internal import SibylWorker

/// `sibyl models check`: what a server would make of a folder.
struct ModelsCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks a folder of models before a server gets it.",
        discussion: """
            Loads every version as a worker would: its files, its model.yaml, its schemas and its samples; and compares its \
            contract with that of the version before it. Nothing of the folder is changed, and no server is asked.

            Exits with 0 when all of it would be served, with 9 when something would not; the table tells why.

            EXAMPLES:
              sibyl models check ./repository
              sibyl models check ./repository --json

            \(ExitStatus.hint)
            """)

    @Argument(
        help: ArgumentHelp("The folder, as a server gets it: NAME/VERSION/model.onnx.", valueName: "folder"),
        completion: .directory)
    var folder: String

    @Flag(help: "Answer in JSON, on one line.")
    var json = false

    @OptionGroup var source: ConfigurationOptions

    func run() throws {
        let library = try source.settings(FlagValues()).text(ConfigurationKeys.onnxLibrary)
        let loader = VersionLoader(library: ONNXLibraryLocations(named: library), plugin: ModelSource.pluginLoader)
        let report = try RepositoryReport(of: folder, loader: loader)
        RepositoryTable(report: report).print(asJSON: json)
        let failed = report.lines.count { $0.state == .failed }
        if failed == 0 { return }
        throw Failure(
            status: .configuration,
            message: failed == 1
                ? "1 thing in \(folder) would not be served" : "\(failed) things in \(folder) would not be served")
    }
}

extension ModelSource {
    /// Plug-ins of a repository.
    static let pluginLoader: VersionLoader.PluginLoader = { (path, configuration) throws(ModelLoadError) in
        try ModelSource.plugin(path: path, configuration: configuration).load()
    }
}
