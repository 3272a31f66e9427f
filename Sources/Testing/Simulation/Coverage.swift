internal import SibylProtocol

/// How often a simulation reached what it is for: one whose faults never meet a request proves nothing.
package struct Coverage: Sendable {
    package enum Item: Int, Sendable, CaseIterable {
        case calls, answered, batches, bulk, cancelled, resent
        case dispatched, retried, lastAttempts, poisonRefused, orphaned, held, abandoned
        case refusedByWorker, expiredAtWorker, staleDispatches, withdrawnJobs
        case answersDropped, repliesDropped, introductions, hellos, nonsense
        case lostDisconnected, lostSilent, lostReintroduced, workerDrains, workerCrashes
        case blockedSends, lostMessages, reconnects, brokerLosses, clientsGone
        case fairnessWindows, probes

        package var label: String {
            switch self {
            case .calls: "calls"
            case .answered: "calls answered ok"
            case .batches: "batches"
            case .bulk: "bulk calls"
            case .cancelled: "calls cancelled by their clients"
            case .resent: "calls sent again"
            case .dispatched: "dispatches"
            case .retried: "dispatches after the first"
            case .refusedByWorker: "requests that a worker gave back"
            case .expiredAtWorker: "dispatches that came too late"
            case .staleDispatches: "dispatches of a session that was over"
            case .withdrawnJobs: "jobs taken out of a worker's queue"
            case .answersDropped: "answers dropped by the broker"
            case .repliesDropped: "replies to clients that were gone"
            case .abandoned: "requests answered while a worker held them"
            case .introductions: "workers asked to say hello again"
            case .hellos: "hellos that were welcomed"
            case .nonsense: "nonsense from rogues"
            case .lostDisconnected: "workers lost by their connection"
            case .lostSilent: "workers lost by silence"
            case .lostReintroduced: "workers lost by a second hello"
            case .workerDrains: "workers that drained"
            case .workerCrashes: "workers killed by a request"
            case .lastAttempts: "last attempts on a worker of their own"
            case .poisonRefused: "requests that failed because they kill workers"
            case .orphaned: "requests that waited without a worker"
            case .held: "requests held for a model that may yet be announced"
            case .blockedSends: "messages that met a full connection"
            case .lostMessages: "messages lost with a connection"
            case .reconnects: "connections that a worker gave up"
            case .brokerLosses: "brokers lost by workers"
            case .clientsGone: "clients that left with calls under way"
            case .fairnessWindows: "times that two tenants were compared"
            case .probes: "probes after the mending"
            }
        }
    }

    private var counts = [Int](repeating: 0, count: Item.allCases.count)
    /// Errors that clients read, by code.
    private var errors = [Int](repeating: 0, count: ErrorCode.allCases.count + 1)
    private var faults: [String: Int] = [:]
    private var themes = [Int](repeating: 0, count: Scenario.Theme.allCases.count)
    package private(set) var events = 0

    package init() {}

    package subscript(item: Item) -> Int { counts[item.rawValue] }
    subscript(error code: ErrorCode) -> Int { errors[Int(code.rawValue)] }

    mutating func count(_ item: Item, _ number: Int = 1) { counts[item.rawValue] += number }
    mutating func count(error code: ErrorCode) { errors[Int(code.rawValue)] += 1 }
    mutating func count(fault label: String) { faults[label, default: 0] += 1 }
    mutating func count(events number: Int) { events += number }

    mutating func count(_ theme: Scenario.Theme) {
        if let index = Scenario.Theme.allCases.firstIndex(of: theme) { themes[index] += 1 }
    }

    package mutating func add(_ other: Coverage) {
        for index in counts.indices { counts[index] += other.counts[index] }
        for index in errors.indices { errors[index] += other.errors[index] }
        for index in themes.indices { themes[index] += other.themes[index] }
        for (label, number) in other.faults { faults[label, default: 0] += number }
        events += other.events
    }

    /// All counts with their labels, in the same order each time.
    package var rows: [(section: String, label: String, count: Int)] {
        Scenario.Theme.allCases.enumerated().map { ("scenarios", $1.rawValue, themes[$0]) }
            + faults.sorted { $0.key < $1.key }.map { ("faults", $0.key, $0.value) }
            + Item.allCases.map { ("events", $0.label, self[$0]) }
            + ErrorCode.allCases.filter { self[error: $0] > 0 }.map {
                ("errors read by clients", $0.wireName, self[error: $0])
            }
    }
}
