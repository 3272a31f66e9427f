internal import Configuration

/// The configuration in force: flags over the environment over a file's section of `environments` over the rest of
/// that file. What none of them says keeps the default of the struct that it is mapped into.
struct Settings: Sendable {
    static let usualFile = "sibyl.yaml"

    let reader: ConfigReader
    /// The models of the file.
    let models: [ModelEntry]
    /// The file that was read, if any, and the section of `environments` that applies.
    let file: String?
    let environment: String?

    /// - Parameters:
    ///   - file: what `--config` says.
    ///   - environment: what `--env` says.
    ///   - variables: the environment of the process.
    ///   - usualFile: the file that is read when neither a flag nor a variable names one, if it exists.
    init(
        flags: FlagValues = FlagValues(), file: String? = nil, environment: String? = nil, variables: [String: String],
        usualFile: String = Settings.usualFile
    ) throws(ConfigurationError) {
        let section = environment ?? Self.named(by: ConfigurationEnvironment.section, variables)
        let path =
            file ?? Self.named(by: ConfigurationEnvironment.file, variables)
            ?? (FilePaths.exists(usualFile) ? usualFile : nil)
        let contents = try path.map { path throws(ConfigurationError) in try Self.read(path, environment: section) }
        if let section, contents == nil { throw Self.nowhere(section) }
        let fromEnvironment = ConfigurationEnvironment(variables)
        let problems = flags.problems + fromEnvironment.problems + (contents?.problems ?? [])
        if !problems.isEmpty { throw ConfigurationError(problems) }

        reader = ConfigReader(providers: [
            flags.values.provider(named: "flags"),
            fromEnvironment.values.provider(named: "environment"),
            (contents?.section ?? ConfigurationValues()).provider(named: "section"),
            (contents?.base ?? ConfigurationValues()).provider(named: "file"),
        ])
        models = contents?.models ?? []
        self.file = path
        self.environment = section
    }

    /// A variable that is set to nothing is as good as none.
    private static func named(by variable: String, _ variables: [String: String]) -> String? {
        variables[variable].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func nowhere(_ section: String) -> ConfigurationError {
        ConfigurationError(
            "the environment \(section) is a section of a configuration file, and there is none; name one with --config, "
                + "or leave --env and SIBYL_ENV out")
    }

    private static func read(_ path: String, environment: String?) throws(ConfigurationError) -> ConfigurationFile {
        let bytes: [UInt8]
        do {
            bytes = try FilePaths.read(path)
        } catch {
            throw ConfigurationError(error.description)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError("\(path) is not UTF-8 text")
        }
        return try ConfigurationFile(path: path, text: text, environment: environment)
    }

    // Every value was checked by the table before the reader got it, so nil means that no source has it.

    func integer(_ key: ConfigurationKey) -> Int? { reader.int(forKey: key.path) }
    func text(_ key: ConfigurationKey) -> String? { reader.string(forKey: key.path) }
    func list(_ key: ConfigurationKey) -> [String]? { reader.stringArray(forKey: key.path) }
}
