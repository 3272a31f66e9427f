internal import SibylJSON
internal import SibylTesting

/// The results of simulations, for people and for programs.
enum SimulationText {
    /// One history in a line, and what broke.
    static func verdict(of outcome: SimulationOutcome) -> String {
        let facts =
            "seed \(outcome.seed): \(outcome.events) events in \(outcome.milliseconds) ms of simulated time, history "
            + hex(outcome.hash)
        guard let violation = outcome.violation else { return facts + "; every rule held" }
        return facts + "\nBROKEN \(violation.rule.rawValue): \(violation.text)"
    }

    static func text(_ summary: SeedSummary) -> String {
        let failures = summary.failed.map { text(failure: $0) }
        if let only = summary.only { return failures.first ?? verdict(of: only) }
        return (failures + [coverage(summary.coverage), conclusion(summary)]).joined(separator: "\n\n")
    }

    private static func text(failure outcome: SimulationOutcome) -> String {
        ([verdict(of: outcome), "Its last events:"] + outcome.lastLines.map { "  " + $0 } + [
            "Again, with all of them: sibyl simulate --seed \(outcome.seed) --verbose"
        ]).joined(separator: "\n")
    }

    private static func coverage(_ coverage: Coverage) -> String {
        var table = Table([.init("what was covered"), .init("count", .right)])
        var section = ""
        for row in coverage.rows {
            if row.section != section { table.add([row.section, ""]) }
            section = row.section
            table.add(["  " + row.label, String(row.count)])
        }
        return table.rendered(width: Terminal.width)
    }

    private static func conclusion(_ summary: SeedSummary) -> String {
        let milliseconds = summary.nanoseconds / 1_000_000
        let rate = summary.done * 1_000 / UInt64(max(1, milliseconds))
        return "\(summary.done) seeds in \(milliseconds) ms (\(rate) a second), \(summary.coverage.events) events, "
            + "\(summary.failed.count) broke a rule, histories \(hex(summary.hash))"
    }

    // MARK: - For programs

    static func json(_ summary: SeedSummary) -> String {
        var object: JSONObject = [:]
        object["first"] = .string(String(summary.seeds.lowerBound))
        object["last"] = .string(String(summary.seeds.upperBound))
        object["done"] = .integer(Int64(clamping: summary.done))
        object["events"] = .integer(Int64(summary.coverage.events))
        object["elapsed_ms"] = .integer(summary.nanoseconds / 1_000_000)
        object["histories"] = .string(hex(summary.hash))
        object["failed"] = .array(summary.failed.map { json($0) })
        var sections: [(String, JSONObject)] = []
        for row in summary.coverage.rows {
            if sections.last?.0 != row.section { sections.append((row.section, [:])) }
            sections[sections.count - 1].1[row.label] = .integer(Int64(row.count))
        }
        var coverage: JSONObject = [:]
        for (name, counts) in sections { coverage[name] = .object(counts) }
        object["coverage"] = .object(coverage)
        return JSONValue.object(object).description
    }

    private static func json(_ outcome: SimulationOutcome) -> JSONValue {
        var object: JSONObject = [:]
        // As text: a seed may be more than a double holds.
        object["seed"] = .string(String(outcome.seed))
        object["rule"] = .string(outcome.violation?.rule.rawValue ?? "")
        object["text"] = .string(outcome.violation?.text ?? "")
        object["history"] = .string(hex(outcome.hash))
        object["last_events"] = .array(outcome.lastLines.map { .string($0) })
        return .object(object)
    }

    private static func hex(_ hash: UInt64) -> String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
