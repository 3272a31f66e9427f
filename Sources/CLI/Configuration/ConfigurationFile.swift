internal import Configuration
internal import SibylRepository
internal import Yams

/// A YAML file, checked against the table of settings.
///
/// Every section is checked, those of other environments too, so that a mistake in the production section is found
/// before production finds it.
struct ConfigurationFile: Sendable {
    let path: String
    /// Settings outside `environments`.
    private(set) var base = ConfigurationValues()
    /// Settings of the chosen section of `environments`, which override those.
    private(set) var section = ConfigurationValues()
    private(set) var models: [ModelEntry] = []
    private(set) var problems: [ConfigurationProblem] = []

    /// - Parameter environment: which section of `environments` applies; nil for none.
    init(path: String, text: String, environment: String?) throws(ConfigurationError) {
        self.path = path
        guard let root = try Self.parse(text, path: path) else {
            if let environment { throw Self.missing(environment, in: path, sections: []) }
            return
        }
        guard let mapping = root.mapping else {
            throw ConfigurationError("must hold settings, one `section:` a line", at: Self.place(of: root, in: path))
        }
        var reader = SectionReader(path: path)
        base = reader.read(mapping)
        var modelSections = [mapping.value(of: ConfigurationKeys.models)]
        let sections = reader.environments(in: mapping)
        for (name, section) in sections {
            let values = reader.read(section, isEnvironment: true)
            if name == environment {
                self.section = values
                modelSections.append(section.value(of: ConfigurationKeys.models))
            }
        }
        if let environment, !sections.contains(where: { $0.name == environment }) {
            throw Self.missing(environment, in: path, sections: sections.map(\.name))
        }
        models = reader.models(in: modelSections.compactMap { $0 })
        problems = reader.problems
    }

    private static func missing(_ environment: String, in path: String, sections: [String]) -> ConfigurationError {
        let nearest = NearestName.of(environment, among: sections)
        let hint = nearest.map { "the nearest valid key is environments.\($0)" } ?? "add it, empty if nothing differs"
        return ConfigurationError("\(path) has no section environments.\(environment); \(hint)")
    }

    /// Nil for a file with nothing but comments.
    private static func parse(_ text: String, path: String) throws(ConfigurationError) -> Node? {
        do {
            return try YAMLDocument.compose(text)
        } catch {
            guard let place = error.place else { throw ConfigurationError("\(path): \(error.message)") }
            throw ConfigurationError(error.message, at: .file(path, line: place.line, column: place.column))
        }
    }

    static func place(of node: Node, in path: String) -> ConfigurationPlace {
        .file(path, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }
}
