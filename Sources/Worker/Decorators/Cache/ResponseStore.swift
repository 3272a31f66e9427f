internal import SibylModel

/// An output that is kept.
struct CachedResponse: Sendable {
    let bytes: [UInt8]
    /// How many of them are JSON.
    let jsonLength: Int
}

/// What is kept, and what is being computed; for any number of threads.
final class ResponseStore: Sendable {
    /// An input that is being computed.
    final class Flight: @unchecked Sendable {
        // Sendable because `landing` is touched under the store's mutex alone.

        let key: [UInt8]
        let hash: Int
        /// Nil while it is computed.
        fileprivate var landing: Landing?

        fileprivate init(key: [UInt8], hash: Int) { (self.key, self.hash) = (key, hash) }
    }

    enum Landing: Sendable {
        case response(CachedResponse)
        case failure(PredictionError)
    }

    /// What is to be done for a payload.
    enum Claim {
        case hit(CachedResponse)
        /// To compute it, and to say what came of it with `land`.
        case lead(Flight)
        /// To wait for whoever computes it.
        case join(Flight)
        /// To compute it for itself.
        case pass

        var isComputed: Bool {
            switch self {
            case .lead, .pass: true
            case .hit, .join: false
            }
        }
    }

    private struct State {
        var table: ResponseTable
        /// By hash. They are bounded by what a worker computes at once.
        var flights: [Int: [Flight]] = [:]
        var counters = CacheCounters()
    }

    private let monitor: Monitor<State>

    init(entries: Int, bytes: Int) {
        monitor = Monitor(State(table: ResponseTable(entries: entries, bytes: bytes)))
    }

    var counters: CacheCounters {
        monitor.locked { state in
            var counters = state.counters
            counters.entries = state.table.count
            counters.bytes = state.table.bytes
            return counters
        }
    }

    /// - Parameter key: nil for a payload that can't be compared.
    func claim(_ key: UnsafeRawBufferPointer?) -> Claim {
        guard let key else {
            return monitor.locked {
                $0.counters.passed += 1
                return .pass
            }
        }
        var hasher = Hasher()
        hasher.combine(bytes: key)
        let hash = hasher.finalize()
        return monitor.locked { state in
            if let response = state.table.response(for: key, hash: hash) {
                state.counters.hits += 1
                return .hit(response)
            }
            if let flight = state.flights[hash]?.first(where: { $0.key.elementsEqual(key) }) {
                state.counters.joined += 1
                return .join(flight)
            }
            state.counters.misses += 1
            let flight = Flight(key: Array(key), hash: hash)
            state.flights[hash, default: []].append(flight)
            return .lead(flight)
        }
    }

    func land(_ flight: Flight, with landing: Landing) {
        monitor.locked { state in
            flight.landing = landing
            state.flights[flight.hash]?.removeAll { $0 === flight }
            if state.flights[flight.hash]?.isEmpty == true { state.flights[flight.hash] = nil }
            if case .response(let response) = landing {
                state.counters.evictions += state.table.insert(flight.key, hash: flight.hash, response)
            }
        }
        monitor.wakeAll()
    }

    /// Waits as long as the model takes: whoever would compute it once more instead would take no less.
    func wait(for flight: Flight) -> Landing {
        monitor.wait { _ in flight.landing } ?? .failure(PredictionError(.failed, "the model gave no output"))
    }
}
