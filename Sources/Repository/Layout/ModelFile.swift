package import SibylInference
package import SibylJSON
internal import SibylModel
internal import Yams

/// What a model's own `model.yaml` says, beside its versions' folders:
///
///     default: stable
///     aliases:
///       stable: 1.2.0
///       canary: {1.2.0: 90, 1.3.0: 10}
///     defaults:
///       batching: {maximum: 32}
package struct ModelFile: Sendable, Equatable {
    /// A version, a prefix of one, or an alias.
    package var standard: String?
    package var aliases: [ModelPolicy.Alias] = []
    /// Members that the versions' descriptions inherit.
    package var defaults: JSONValue = [:]

    static let members = ["default", "aliases", "defaults"]

    package init(standard: String? = nil, aliases: [ModelPolicy.Alias] = [], defaults: JSONValue = [:]) {
        self.standard = standard
        self.aliases = aliases
        self.defaults = defaults
    }

    func policy(of name: String) -> ModelPolicy? {
        standard == nil && aliases.isEmpty ? nil : ModelPolicy(name, standard: standard, aliases: aliases)
    }
}

extension ModelFile {
    /// - Parameters:
    ///   - root: the file's; nil for one with nothing but comments.
    ///   - isDescription: whether the file describes a version as well, whose members then stand beside these.
    /// - Throws: `YAMLFault` with every mistake, one a line.
    init(_ root: Node?, isDescription: Bool) throws(YAMLFault) {
        self.init()
        guard let root, !YAMLScalar.isNull(root) else { return }
        var reader = ModelFileReader()
        guard let mapping = root.mapping else {
            throw YAMLFault("it must hold members, one `name:` a line", root.mark)
        }
        for (key, value) in mapping {
            let name = key.scalar?.string ?? ""
            if name == Self.members[0] {
                standard = YAMLScalar.isNull(value) ? nil : reader.text(of: value, name)
            } else if name == Self.members[1] {
                aliases = reader.aliases(value)
            } else if name == Self.members[2] {
                defaults = reader.defaults(value)
            } else if !isDescription {
                reader.complain(
                    "\(name) is unknown here; there may be \(Self.members.joined(separator: ", ")), and what describes the "
                        + "versions stands under defaults", key)
            }
        }
        if let standard, !VersionName.isPrefix(standard), !aliases.contains(where: { $0.name == standard }) {
            reader.complain(
                "default is \(standard), but must be a version, the beginning of one up to a dot, or one of the aliases",
                mapping.first { $0.key.scalar?.string == Self.members[0] }?.value ?? root)
        }
        try reader.check()
    }
}

/// Takes the members of a model's file and notes what is wrong. Versions are taken as they are written: 1.10 is no number.
private struct ModelFileReader {
    private var faults: [YAMLFault] = []

    mutating func complain(_ message: String, _ node: Node) {
        faults.append(YAMLFault(message, node.mark))
    }

    /// - Throws: `YAMLFault` with everything that was complained of.
    func check() throws(YAMLFault) {
        guard var fault = faults.first else { return }
        fault.message += faults.dropFirst().map { "\n  \($0)" }.joined()
        throw fault
    }

    mutating func text(of node: Node, _ name: String) -> String? {
        if let text = node.scalar?.string, !text.isEmpty { return text }
        complain("\(name) must be a version", node)
        return nil
    }

    mutating func defaults(_ node: Node) -> JSONValue {
        let json = YAMLScalar.json(node)
        if json == .null { return [:] }
        if json.object == nil { complain("defaults must hold members of its own", node) }
        return json
    }

    mutating func aliases(_ node: Node) -> [ModelPolicy.Alias] {
        if YAMLScalar.isNull(node) { return [] }
        guard let mapping = node.mapping else {
            complain("aliases must hold one `name: version` for each", node)
            return []
        }
        return mapping.map { key, value in alias(key, value) }
    }

    private mutating func alias(_ key: Node, _ value: Node) -> ModelPolicy.Alias {
        let name = key.scalar?.string ?? ""
        if !VersionName.isAlias(name) {
            complain("\"\(name)\" can't be an alias: use letters, digits, '_' and '-', the first a letter", key)
        }
        guard let mapping = value.mapping else {
            let version = text(of: value, "aliases.\(name)").map { [share(version: $0, weight: 1, name, value)] }
            return ModelPolicy.Alias(name, shares: version ?? [])
        }
        let shares = mapping.map { version, weight in
            share(version: version.scalar?.string ?? "", weight: self.weight(weight, name), name, version)
        }
        // None of the requests is a share too, which needs no place in the list.
        let taken = shares.filter { $0.weight > 0 }
        if taken.isEmpty { complain("aliases.\(name) must give some version a weight above 0", value) }
        return ModelPolicy.Alias(name, shares: taken)
    }

    private mutating func share(version: String, weight: Int, _ alias: String, _ node: Node) -> ModelPolicy.Share {
        if !VersionName.isPrefix(version) {
            complain(
                "aliases.\(alias) has \"\(version)\", which is no version such as 1.2.0 and no beginning of one", node)
        }
        return ModelPolicy.Share(version: version, weight: weight)
    }

    /// Beyond a million there is nothing to tell apart, and sums stay small.
    private mutating func weight(_ node: Node, _ alias: String) -> Int {
        if let weight = node.scalar.flatMap({ Int($0.string) }), (0...1_000_000).contains(weight) { return weight }
        complain("aliases.\(alias) must have whole numbers from 0 to 1000000 as weights", node)
        return 1
    }
}
