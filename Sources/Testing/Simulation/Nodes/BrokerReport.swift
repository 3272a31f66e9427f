internal import SibylJSON

/// What a broker says of itself in `stats` when it has nothing left to do.
enum BrokerReport {
    static func requireEmpty(_ report: [UInt8], _ checker: Checker) {
        guard let stats = try? JSONValue(parsing: report) else {
            return checker.fail(.nothingLeaks, "a broker's stats are no JSON")
        }
        checker.require(
            stats["queued"] == 0 && stats["in_flight"] == 0, .nothingLeaks,
            "a broker with nothing to do says that it has \(text(stats["queued"])) queued and "
                + "\(text(stats["in_flight"])) in flight")
        for model in stats["models"]?.array ?? [] {
            checker.require(
                model["queued"] == 0 && model["queued_bytes"] == 0 && model["in_flight"] == 0, .nothingLeaks,
                "a broker with nothing to do says of a model: \(model)")
        }
        for worker in stats["workers"]?.array ?? [] {
            checker.require(
                worker["in_flight"] == 0, .nothingLeaks, "a broker with nothing to do says of a worker: \(worker)")
        }
    }

    private static func text(_ value: JSONValue?) -> String {
        value.map { $0.description } ?? "?"
    }
}
