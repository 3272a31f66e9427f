internal import Configuration
internal import SibylInference
internal import SibylJSON
internal import SibylModel
internal import SibylRepository
internal import Yams

/// Walks the nodes of a file, takes the settings and notes what is none, with its place.
struct SectionReader {
    let path: String
    private(set) var problems: [ConfigurationProblem] = []

    init(path: String) {
        self.path = path
    }

    /// The settings of the file's top level, or of one section of `environments`.
    mutating func read(_ mapping: Node.Mapping, isEnvironment: Bool = false) -> ConfigurationValues {
        var values = ConfigurationValues()
        for (key, value) in mapping {
            let name = key.scalar?.string ?? ""
            if name == ConfigurationKeys.models || (name == ConfigurationKeys.environments && !isEnvironment) {
                continue
            }
            guard ConfigurationKeys.isSection(name) else {
                unknown(name, key)
                continue
            }
            guard let section = value.mapping else {
                complain("\(name) must hold settings of its own, each on a line below it", value)
                continue
            }
            for (key, value) in section { read(key, value, section: name, into: &values) }
        }
        return values
    }

    private mutating func read(_ key: Node, _ value: Node, section: String, into values: inout ConfigurationValues) {
        let name = section + "." + (key.scalar?.string ?? "")
        guard let known = ConfigurationKeys.named(name) else { return unknown(name, key) }
        guard let content = Self.content(of: value, for: known) else {
            return problems.append(.badValue(Self.shown(value), of: known, at: place(of: value)))
        }
        values.set(known, to: content)
    }

    private static func content(of node: Node, for key: ConfigurationKey) -> ConfigContent? {
        if let scalar = node.scalar { return key.type.value(of: scalar.string) }
        guard let items = node.sequence.map({ $0.map { $0.scalar?.string } }) else { return nil }
        let list = items.compactMap { $0 }
        return list.count == items.count ? key.type.value(of: list) : nil
    }

    private static func shown(_ node: Node) -> String {
        switch node {
        case .scalar(let scalar): scalar.string.isEmpty ? "empty" : "\"\(scalar.string)\""
        case .sequence: "a list"
        default: "a section"
        }
    }

    /// The sections of `environments`, in their order.
    mutating func environments(in mapping: Node.Mapping) -> [(name: String, section: Node.Mapping)] {
        guard let node = mapping.value(of: ConfigurationKeys.environments) else { return [] }
        guard let environments = node.mapping else {
            complain("environments must hold one section for each environment", node)
            return []
        }
        return environments.compactMap { key, value in
            let name = key.scalar?.string ?? ""
            if let section = value.mapping { return (name, section) }
            if !YAMLScalar.isNull(value) { complain("environments.\(name) must hold sections of settings", value) }
            return (name, Node.Mapping([]))
        }
    }

    // MARK: - Models

    /// The entries of one or several `models` sections; what a later section says of an entry overrides the earlier.
    mutating func models(in sections: [Node]) -> [ModelEntry] {
        var entries: [(key: Node, value: Node)] = []
        for section in sections {
            guard let mapping = section.mapping else {
                if !YAMLScalar.isNull(section) { complain("models must hold one entry for each model", section) }
                continue
            }
            for (key, value) in mapping {
                if let index = entries.firstIndex(where: { $0.key.scalar?.string == key.scalar?.string }) {
                    entries[index].value = Self.merged(entries[index].value, with: value)
                } else {
                    entries.append((key, value))
                }
            }
        }
        return entries.compactMap { entry(named: $0.key.scalar?.string ?? "", $0.value) }
    }

    private mutating func entry(named name: String, _ node: Node) -> ModelEntry? {
        guard let mapping = node.mapping else {
            complain("models.\(name) must say which plug-in it is: `plugin: PATH`", node)
            return nil
        }
        let known = ["plugin", "settings", "cache", "log"]
        for (key, _) in mapping where !known.contains(key.scalar?.string ?? "") {
            let word = key.scalar?.string ?? ""
            let nearest = NearestName.of(word, among: known).map { "models.\(name).\($0)" }
            problems.append(.unknownKey("models.\(name).\(word)", nearest: nearest, at: place(of: key)))
        }
        guard let plugin = mapping.value(of: "plugin") else {
            complain("models.\(name) must say which plug-in it is: `plugin: PATH`", node)
            return nil
        }
        guard let path = plugin.scalar?.string, !path.isEmpty else {
            complain("models.\(name).plugin must be the path of a shared library", plugin)
            return nil
        }
        let settings = mapping.value(of: "settings").flatMap { YAMLScalar.isNull($0) ? nil : $0 }
        if let settings, settings.mapping == nil {
            complain("models.\(name).settings must hold the model's own settings", settings)
            return nil
        }
        return ModelEntry(
            name: name, plugin: path, settings: settings.map(YAMLScalar.json) ?? [:],
            baseDirectory: FilePaths.directory(of: self.path),
            place: place(of: node), decorations: decorations(of: name, mapping))
    }

    /// What stands under `cache` and `log`, as it does in a model's description.
    private mutating func decorations(of name: String, _ mapping: Node.Mapping) -> JSONValue {
        var decorations = JSONObject()
        for key in ["cache", "log"] {
            guard let node = mapping.value(of: key), !YAMLScalar.isNull(node) else { continue }
            let value = YAMLScalar.json(node)
            do throws(ModelLoadError) {
                _ = try ModelDescription(json: .object([key: value]))
                decorations[key] = value
            } catch {
                complain("models.\(name): \(error.message)", node)
            }
        }
        return .object(decorations)
    }

    /// Mappings are merged key by key; anything else is replaced.
    private static func merged(_ old: Node, with new: Node) -> Node {
        guard var result = old.mapping, let additions = new.mapping else { return new }
        for (key, value) in additions {
            result[key] = result[key].map { merged($0, with: value) } ?? value
        }
        return .mapping(result)
    }

    // MARK: - Problems

    private mutating func unknown(_ name: String, _ key: Node) {
        let sections = Set(ConfigurationKeys.all.compactMap { $0.name.split(separator: ".").first.map(String.init) })
        let names =
            name.contains(".") ? [] : sections.sorted() + [ConfigurationKeys.models, ConfigurationKeys.environments]
        let nearest = NearestName.of(name, among: names + ConfigurationKeys.all.map(\.name))
        problems.append(.unknownKey(name, nearest: nearest, at: place(of: key)))
    }

    private mutating func complain(_ message: String, _ node: Node) {
        problems.append(ConfigurationProblem(place: place(of: node), message: message))
    }

    private func place(of node: Node) -> ConfigurationPlace {
        ConfigurationFile.place(of: node, in: path)
    }
}

extension Node.Mapping {
    /// Compares the text alone: `Node`'s own equality resolves tags, which costs regular expressions.
    func value(of name: String) -> Node? {
        first { $0.key.scalar?.string == name }?.value
    }
}
