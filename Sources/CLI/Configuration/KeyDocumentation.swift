/// The table of settings as it stands in `docs/configuration.md`, which a test holds to it.
enum KeyDocumentation {
    static var markdown: String {
        let head = ["| key | holds | default | meaning |", "|---|---|---|---|"]
        return (head + ConfigurationKeys.all.map(row)).joined(separator: "\n") + "\n"
    }

    private static func row(_ key: ConfigurationKey) -> String {
        let standard = key.standard.isEmpty ? "none" : key.standard
        let shown = key.standard.contains(" ") || key.standard.isEmpty ? standard : "`\(standard)`"
        return "| `\(key.name)` | \(key.type.expectation) | \(shown) | \(key.documentation) |"
    }
}
