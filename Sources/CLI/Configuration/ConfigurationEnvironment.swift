internal import Configuration

/// The `SIBYL_` variables of the environment, checked against the table of settings.
struct ConfigurationEnvironment: Sendable {
    static let prefix = "SIBYL_"
    /// Names the configuration file, as `--config` does.
    static let file = "SIBYL_CONFIG"
    /// Names the file's section of `environments` that applies, as `--env` does.
    static let section = "SIBYL_ENV"
    /// What the project's own build and tests are told; a server that they start hears it as well.
    static let ofTheBuild: Set<String> = ["SIBYL_STRICT", "SIBYL_FUZZ", "SIBYL_TEST_DATA", "SIBYL_PROGRAM"]

    private(set) var values = ConfigurationValues()
    private(set) var problems: [ConfigurationProblem] = []

    init(_ variables: [String: String]) {
        // In order of their names, so that the same mistakes give the same message.
        for (name, text) in variables.filter({ $0.key.hasPrefix(Self.prefix) }).sorted(by: { $0.key < $1.key }) {
            add(name, text)
        }
    }

    private mutating func add(_ name: String, _ text: String) {
        if name == Self.file || name == Self.section { return }
        if Self.ofTheBuild.contains(name) || Self.isServiceLink(name) { return }
        guard let key = ConfigurationKeys.all.first(where: { $0.environmentName == name }) else {
            let names = ConfigurationKeys.all.map(\.environmentName) + [Self.file, Self.section]
            let nearest = NearestName.of(name, among: names)
            problems.append(
                ConfigurationProblem(
                    place: .environment(name),
                    message: "there is no such setting" + (nearest.map { "; the nearest valid name is \($0)" } ?? "")))
            return
        }
        guard let content = key.type.value(of: text) else {
            problems.append(.badValue("\"\(text)\"", of: key, at: .environment(name)))
            return
        }
        values.set(key, to: content)
    }

    /// Whether Kubernetes or Docker made this variable for a service called `sibyl` or `sibyl-...`: they are in the
    /// environment of every container beside it, and mean nothing here.
    static func isServiceLink(_ name: String) -> Bool {
        if name.hasSuffix("_SERVICE_HOST") || name.hasSuffix("_PORT") || name.contains("_SERVICE_PORT") { return true }
        guard let port = name.ranges(of: "_PORT_").last else { return false }
        let words = name[port.upperBound...].split(separator: "_")
        return words.count >= 2 && words[0].allSatisfy(\.isNumber) && ["TCP", "UDP", "SCTP"].contains(words[1])
    }
}
