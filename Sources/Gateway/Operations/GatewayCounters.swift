internal import Synchronization

/// What the gateway counts of itself.
final class GatewayCounters: Sendable {
    /// Upper bounds in seconds of the histogram of durations: from a fast model's own to the usual deadline.
    static let bounds: [(label: String, nanoseconds: Int64)] = [
        ("0.0005", 500_000), ("0.001", 1_000_000), ("0.0025", 2_500_000), ("0.005", 5_000_000), ("0.01", 10_000_000),
        ("0.025", 25_000_000), ("0.05", 50_000_000), ("0.1", 100_000_000), ("0.25", 250_000_000),
        ("0.5", 500_000_000), ("1", 1_000_000_000), ("2.5", 2_500_000_000), ("5", 5_000_000_000),
        ("10", 10_000_000_000), ("30", 30_000_000_000),
    ]

    struct Key: Hashable, Comparable {
        /// The route's pattern, never the path, of which there are as many as clients make up.
        var route: String
        var method: String
        var status: Int

        static func < (one: Self, other: Self) -> Bool {
            (one.route, one.method, one.status) < (other.route, other.method, other.status)
        }
    }

    struct Durations {
        var buckets = [Int](repeating: 0, count: bounds.count)
        var count = 0
        var nanoseconds: Int64 = 0
    }

    struct Counts {
        var requests: [Key: Int] = [:]
        var durations: [String: Durations] = [:]
        var inFlight = 0
    }

    private let counts = Mutex(Counts())

    init() {}

    func begin() {
        counts.withLock { $0.inFlight += 1 }
    }

    func end(route: String, method: String, status: Int, nanoseconds: Int64) {
        counts.withLock { counts in
            counts.inFlight -= 1
            counts.requests[Key(route: route, method: method, status: status), default: 0] += 1
            counts.durations[route, default: Durations()].add(nanoseconds)
        }
    }

    var snapshot: Counts { counts.withLock { $0 } }
}

extension GatewayCounters.Durations {
    mutating func add(_ nanoseconds: Int64) {
        count += 1
        self.nanoseconds += nanoseconds
        let bucket = GatewayCounters.bounds.firstIndex { nanoseconds <= $0.nanoseconds }
        if let bucket { buckets[bucket] += 1 }
    }
}
