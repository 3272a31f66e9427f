internal import ArgumentParser
internal import Glibc
internal import Logging

/// Where the configuration comes from.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The configuration file (default: ./sibyl.yaml if it exists).", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(help: ArgumentHelp("The file's section of `environments` that applies.", valueName: "name"))
    var env: String?

    func settings(_ flags: FlagValues) throws(ConfigurationError) -> Settings {
        try Settings(flags: flags, file: config, environment: env, variables: ProcessEnvironment.variables())
    }
}

/// How the serving commands log.
struct LogOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The least severe event that is logged (default: info).", valueName: "level"),
        completion: .list(ConfigurationKeys.logLevel.choices))
    var logLevel: String?

    @Option(
        help: ArgumentHelp("One line an event, as text or as json (default: text).", valueName: "format"),
        completion: .list(ConfigurationKeys.logFormat.choices))
    var logFormat: String?

    func fill(_ flags: inout FlagValues) {
        flags.set(ConfigurationKeys.logLevel, "--log-level", to: logLevel)
        flags.set(ConfigurationKeys.logFormat, "--log-format", to: logFormat)
    }
}

extension Settings {
    func logger(_ label: String) -> Logger {
        let level = text(ConfigurationKeys.logLevel).flatMap(Logger.Level.init(rawValue:)) ?? .info
        let format = text(ConfigurationKeys.logFormat).flatMap(LogFormat.init(rawValue:)) ?? .text
        return Logger(label: label) { LineLogHandler(label: $0, format: format, level: level) }
    }
}

enum ProcessEnvironment {
    static func variables() -> [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        // Ends with the null pointer that ends the list.
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next += 1
        }
        return variables
    }
}
