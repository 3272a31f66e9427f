/// Where a setting was found.
enum ConfigurationPlace: Sendable, Equatable, CustomStringConvertible {
    case file(String, line: Int, column: Int)
    case environment(String)
    case flag(String)

    var description: String {
        switch self {
        case .file(let path, let line, let column): "\(path):\(line):\(column)"
        case .environment(let name): "environment variable \(name)"
        case .flag(let name): name
        }
    }
}

/// One thing that is wrong with the configuration.
struct ConfigurationProblem: Sendable, Equatable, CustomStringConvertible {
    var place: ConfigurationPlace?
    var message: String

    var description: String { place.map { "\($0): \(message)" } ?? message }

    static func badValue(_ shown: String, of key: ConfigurationKey, at place: ConfigurationPlace) -> Self {
        Self(place: place, message: "\(key.name) is \(shown), but must be \(key.type.expectation)")
    }

    static func unknownKey(_ name: String, nearest: String?, at place: ConfigurationPlace) -> Self {
        let hint = nearest.map { "; the nearest valid key is \($0)" } ?? ""
        return Self(place: place, message: "there is no key \(name)\(hint)")
    }
}

/// A configuration that can't be used, with everything that is wrong with it: fixing one mistake a start is tedious.
struct ConfigurationError: Error, Sendable, Equatable {
    var problems: [ConfigurationProblem]

    init(_ problems: [ConfigurationProblem]) {
        self.problems = problems
    }

    /// Whether nothing but flags is at fault.
    var isUsage: Bool {
        problems.allSatisfy { if case .flag = $0.place { true } else { false } }
    }

    init(_ message: String, at place: ConfigurationPlace? = nil) {
        self.init([ConfigurationProblem(place: place, message: message)])
    }
}
