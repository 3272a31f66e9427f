internal import Configuration
internal import SibylGateway

/// One setting: its name, what it may hold, and what the documentation says of it.
struct ConfigurationKey: Sendable {
    /// As it stands in a file, with dots between the levels: `broker.timeout_ms`.
    let name: String
    let type: ConfigurationType
    /// As it would be written in a file; empty where nothing is set.
    let standard: String
    let documentation: String

    init(_ name: String, _ type: ConfigurationType, standard: String, _ documentation: String) {
        self.name = name
        self.type = type
        self.standard = standard
        self.documentation = documentation
    }

    /// The environment variable that sets it: `SIBYL_BROKER_TIMEOUT_MS`.
    var environmentName: String {
        "SIBYL_" + name.uppercased().replacing(".", with: "_")
    }

    /// The words that it may hold, where they are counted.
    var choices: [String] {
        if case .choice(let words) = type { words } else { [] }
    }

    var path: ConfigKey { ConfigKey(name.split(separator: ".").map(String.init)) }
}

/// What a setting may hold.
enum ConfigurationType: Sendable {
    case endpoint
    case endpoints
    /// A list of names with a whole number each.
    case weights(ClosedRange<Int>)
    /// A list of what admits an API key: its hash, and whose it is.
    case apiKeys
    /// A list of sites whose pages may ask.
    case origins
    case integer(ClosedRange<Int>, unit: String)
    case choice([String])
    /// Any text that isn't empty.
    case text

    /// The value that `text` stands for; nil when it stands for none.
    func value(of text: String) -> ConfigContent? {
        switch self {
        case .endpoint:
            Self.isEndpoint(text) ? .string(text) : nil
        case .endpoints, .weights, .apiKeys, .origins:
            value(of: text.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed))
        case .integer(let range, _):
            Int(text).flatMap { range.contains($0) ? .int($0) : nil }
        case .choice(let words):
            words.contains(text) ? .string(text) : nil
        case .text:
            text.isEmpty ? nil : .string(text)
        }
    }

    /// The value that a list stands for; nil when this setting holds no list.
    func value(of list: [String]) -> ConfigContent? {
        let isRight: Bool
        switch self {
        case .endpoints: isRight = list.allSatisfy(Self.isEndpoint)
        case .weights(let range): isRight = list.allSatisfy { Weight($0).map { range.contains($0.weight) } == true }
        case .apiKeys: isRight = list.allSatisfy { (try? APIKey($0)) != nil }
        case .origins: isRight = list.allSatisfy(CrossOriginPolicy.isOrigin)
        case .endpoint, .integer, .choice, .text: return nil
        }
        return isRight && !list.isEmpty ? .stringArray(list) : nil
    }

    /// What a person should write instead.
    var expectation: String {
        switch self {
        case .endpoint: "an endpoint such as tcp://127.0.0.1:5555 or ipc:///run/sibyl/sibyl.sock"
        case .endpoints: "a list of endpoints such as [tcp://127.0.0.1:5555]"
        case .weights(let range):
            "a list of NAME=WEIGHT such as [web=4, nightly=1], with weights from \(range.lowerBound) to \(range.upperBound)"
        case .apiKeys:
            "a list such as [sha256:HEX tenant=web rate=100 burst=200], as `sibyl gateway --new-key` prints them"
        case .origins: "a list of origins such as [https://example.org], or [*] for all"
        case .integer(let range, let unit):
            "a whole number of \(unit) from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let words): "one of " + words.joined(separator: ", ")
        case .text: "some text"
        }
    }

    /// What to write for one value of a list.
    var itemExpectation: String {
        switch self {
        case .endpoints: Self.endpoint.expectation
        case .weights(let range): "NAME=WEIGHT, with a weight from \(range.lowerBound) to \(range.upperBound)"
        case .apiKeys: "sha256:HEX, and behind it tenant=NAME, rate=REQUESTS_PER_SECOND and burst=REQUESTS as wished"
        case .origins: "an origin such as https://example.org, or * for all"
        case .endpoint, .integer, .choice, .text: expectation
        }
    }

    /// No `inproc`: that reaches nobody outside this process. A port beyond 65535 must be refused here, as libzmq takes
    /// the rest of a division instead.
    private static func isEndpoint(_ text: String) -> Bool {
        if text.hasPrefix("ipc://") { return text.utf8.count > 6 }
        guard text.hasPrefix("tcp://"), let colon = text.lastIndex(of: ":") else { return false }
        let host = text[..<colon].dropFirst(6)
        let port = text[text.index(after: colon)...]
        return !host.isEmpty && (port == "*" || Int(port).map((0...65535).contains) == true)
    }

    private static func trimmed(_ text: Substring) -> String {
        guard let first = text.firstIndex(where: { $0 != " " }), let last = text.lastIndex(where: { $0 != " " }) else {
            return ""
        }
        return String(text[first...last])
    }
}

/// One of a list of weights: `web=4`. A name may hold a `=` itself.
struct Weight: Equatable {
    var name: String
    var weight: Int

    init?(_ text: String) {
        guard let sign = text.lastIndex(of: "="), sign > text.startIndex,
            let weight = Int(text[text.index(after: sign)...])
        else { return nil }
        name = String(text[..<sign])
        self.weight = weight
    }
}
