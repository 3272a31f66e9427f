internal import ArgumentParser

/// A length of time as people write it: `500ms`, `2s`, `1.5s`, `1m`; a number alone is seconds.
struct Timeout: ExpressibleByArgument, Equatable {
    let milliseconds: Int

    static let defaultValueDescription = "30s"

    init?(argument: String) {
        let units: [(suffix: String, factor: Double)] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("", 1_000)]
        guard let unit = units.first(where: { argument.hasSuffix($0.suffix) }) else { return nil }
        let digits = argument.dropLast(unit.suffix.count)
        guard digits.utf8.allSatisfy({ "0123456789.".utf8.contains($0) }), let number = Double(digits) else {
            return nil
        }
        let milliseconds = (number * unit.factor).rounded(.up)
        guard milliseconds >= 1, milliseconds <= Double(ConfigurationKeys.longest) else { return nil }
        self.milliseconds = Int(milliseconds)
    }
}
