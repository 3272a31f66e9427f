internal import SibylJSON
internal import SibylProtocol

/// What a broker's `stats` must say, counted beside it.
struct CountsShadow {
    struct Service {
        var accepted = 0
        var answered = 0
        var retried = 0
        /// Answers to requests that nobody waited for any more.
        var dropped = 0
        var failed = ErrorCounts()
    }

    struct ErrorCounts: Equatable {
        private var counts = [Int](repeating: 0, count: ErrorCode.allCases.count + 1)

        mutating func count(_ code: ErrorCode) { counts[Int(code.rawValue)] += 1 }

        /// As it stands in `stats`: codes that never occurred are left out.
        var json: JSONValue {
            var object: JSONObject = [:]
            for code in ErrorCode.allCases where counts[Int(code.rawValue)] > 0 {
                object[code.wireName] = .integer(Int64(counts[Int(code.rawValue)]))
            }
            return .object(object)
        }
    }

    private(set) var services: [Service] = []
    /// Errors of requests that no service was found for.
    var refused = ErrorCounts()
    var droppedAnswers = 0
    var disconnected = 0
    var workersLost = 0

    subscript(service: Int) -> Service {
        get { service < services.count ? services[service] : Service() }
        set {
            while services.count <= service { services.append(Service()) }
            services[service] = newValue
        }
    }

    // MARK: - Holding a report against it

    /// What differs in a report of a broker that has nothing left to do; nil when nothing does.
    func difference(from stats: JSONValue) -> String? {
        let totals: [(String, JSONValue?, Int)] = [
            ("queued", stats["queued"], 0), ("in_flight", stats["in_flight"], 0),
            ("dropped.answers", stats["dropped"]?["answers"], droppedAnswers),
            ("disconnected", stats["disconnected"], disconnected), ("workers_lost", stats["workers_lost"], workersLost),
        ]
        for (name, told, counted) in totals where told != .integer(Int64(counted)) {
            return "\(name) is \(text(told)), and \(counted) were counted"
        }
        if stats["refused"] != refused.json { return "refused is \(text(stats["refused"])), counted \(refused.json)" }
        for (index, model) in (stats["models"]?.array ?? []).enumerated() {
            if let difference = difference(of: self[index], from: model) { return "of model \(index) " + difference }
        }
        for worker in stats["workers"]?.array ?? [] where worker["in_flight"] != 0 {
            return "a worker holds something: \(worker)"
        }
        return nil
    }

    private func difference(of service: Service, from model: JSONValue) -> String? {
        let counts: [(String, Int)] = [
            ("queued", 0), ("queued_bytes", 0), ("in_flight", 0), ("accepted", service.accepted),
            ("answered", service.answered), ("retried", service.retried), ("dropped", service.dropped),
        ]
        for (name, counted) in counts where model[name] != .integer(Int64(counted)) {
            return "\(name) is \(text(model[name])), and \(counted) were counted"
        }
        return model["failed"] == service.failed.json
            ? nil : "failed is \(text(model["failed"])), and counted was \(service.failed.json)"
    }

    private func text(_ value: JSONValue?) -> String {
        value.map { $0.description } ?? "not there"
    }
}
