internal import Configuration

/// Checked values from one source, such as the flags, or one section of a file.
struct ConfigurationValues: Sendable {
    private(set) var contents: [AbsoluteConfigKey: ConfigValue] = [:]

    mutating func set(_ key: ConfigurationKey, to content: ConfigContent) {
        contents[AbsoluteConfigKey(key.path)] = ConfigValue(content, isSecret: false)
    }

    func provider(named name: String) -> InMemoryProvider {
        InMemoryProvider(name: name, values: contents)
    }
}

/// Settings given as flags of a command. What is wrong with one is kept until all sources are read, and told with theirs.
struct FlagValues: Sendable {
    private(set) var values = ConfigurationValues()
    private(set) var problems: [ConfigurationProblem] = []

    mutating func set(_ key: ConfigurationKey, _ flag: String, to text: String?) {
        guard let text else { return }
        keep(key.type.value(of: text), of: key, flag, shown: text)
    }

    mutating func set(_ key: ConfigurationKey, _ flag: String, to number: Int?) {
        set(key, flag, to: number.map(String.init))
    }

    /// A flag that may be repeated; given never, it says nothing.
    mutating func set(_ key: ConfigurationKey, _ flag: String, to list: [String]) {
        if list.isEmpty { return }
        if let content = key.type.value(of: list) { return values.set(key, to: content) }
        for item in list where key.type.value(of: [item]) == nil { refuse(item, of: key, flag) }
    }

    private mutating func keep(_ content: ConfigContent?, of key: ConfigurationKey, _ flag: String, shown: String) {
        if let content { values.set(key, to: content) } else { refuse(shown, of: key, flag) }
    }

    private mutating func refuse(_ shown: String, of key: ConfigurationKey, _ flag: String) {
        let message = "\"\(shown)\" is not \(key.type.itemExpectation)"
        problems.append(ConfigurationProblem(place: .flag(flag), message: message))
    }
}
