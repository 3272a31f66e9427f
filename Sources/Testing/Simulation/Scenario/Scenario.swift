internal import SibylCore

/// All that a seed decides beforehand: who takes part, within which bounds, and what goes wrong when.
package struct Scenario: Sendable {
    /// What a scenario is mainly about. Most mix everything; the others keep something away, so that stricter rules hold.
    package enum Theme: String, Sendable, CaseIterable {
        /// Any load, any faults.
        case mixed
        /// No faults at all, and nobody sends what a worker can't take.
        case calm
        /// Requests that kill their workers, and no other fault.
        case poison
        /// Two brokers and several workers, of which one at a time fails, and time enough for everything: no call may fail.
        case failover
        /// More work than the workers can do, from tenants that are to share them, and no fault.
        case flood
    }

    /// One version of one model.
    struct Model: Sendable {
        var name: String
        var version: String
        /// What one input costs.
        var cost: ClosedRange<Int>
    }

    struct Worker: Sendable {
        /// Its models, as places in the scenario's list.
        var models: [Int]
        var threads: Int
        var limits = WorkerLimits()
    }

    let seed: UInt64
    package internal(set) var theme = Theme.mixed
    var models: [Model] = []
    var brokers = 1
    var brokerLimits = BrokerLimits()
    var workers: [Worker] = []
    /// How long a worker's supervisor waits before it starts another in its place.
    var restartPause = Instant.Span.zero
    var clients: [ClientPlan] = []
    var rogues: [RoguePlan] = []
    var network = NetworkPlan()
    /// Whether brokers take a batch for smaller than it is, as they may when they only look at its beginning.
    var estimatesCosts = false
    var faults: [Fault] = []
    /// When load and faults end.
    var calm = Instant(nanoseconds: 0)
    /// What the simulation draws from as it goes on.
    var random: RandomSource

    /// The longest that a computation takes that hangs for a while.
    static let longestHang = Instant.Span.seconds(8)
    static let longestTimeout = Instant.Span.seconds(20)

    init(seed: UInt64, random: RandomSource) {
        self.seed = seed
        self.random = random
    }

    /// Whether anything but load can go wrong.
    var hasFaults: Bool { !faults.isEmpty || !rogues.isEmpty || clients.contains { $0.leavesEarly } }

    var nodes: NodeNumbers {
        NodeNumbers(brokers: brokers, workers: workers.count, clients: clients.count, rogues: rogues.count)
    }
}

/// Who has which number: brokers first, then workers, clients and rogues.
struct NodeNumbers: Sendable {
    let brokers: Range<Int>
    let workers: Range<Int>
    let clients: Range<Int>
    let rogues: Range<Int>

    init(brokers: Int, workers: Int, clients: Int, rogues: Int) {
        self.brokers = 0..<brokers
        self.workers = self.brokers.upperBound..<(self.brokers.upperBound + workers)
        self.clients = self.workers.upperBound..<(self.workers.upperBound + clients)
        self.rogues = self.clients.upperBound..<(self.clients.upperBound + rogues)
    }

    var count: Int { rogues.upperBound }

    func name(of node: Int) -> String {
        if brokers.contains(node) { return "broker\(node)" }
        if workers.contains(node) { return "worker\(node - workers.lowerBound)" }
        if clients.contains(node) { return "client\(node - clients.lowerBound)" }
        return rogues.contains(node) ? "rogue\(node - rogues.lowerBound)" : "-"
    }
}

/// What a client asks for, how often, and how patiently.
struct ClientPlan: Sendable {
    enum Pattern: Sendable {
        /// So many calls are always under way.
        case closed(concurrency: Int)
        /// So many at once, then a pause.
        case bursts(size: Int)
    }

    /// What a request's envelope says of model and version.
    struct Choice: Sendable {
        var model: String
        var version: String
        /// The models of the scenario that may answer.
        var allowed: [Int]
    }

    var pattern = Pattern.closed(concurrency: 1)
    var calls = 0
    var begin = Instant(nanoseconds: 0)
    /// Between the end of a call and the next one, or between bursts; in microseconds.
    var pause = 0...0
    var tenant: UInt64 = 0
    var choices: [Choice] = []
    var bulkPercent = 0
    var batchPercent = 0
    var largestBatch = 1
    var cancelPercent = 0
    /// Of whole calls, in milliseconds.
    var timeouts = 1_000...5_000
    /// Calls whose envelope names no timeout.
    var untimedPercent = 0
    var sizes = 100...1_000
    /// Calls whose model throws.
    var failingPercent = 0
    /// Calls that hang in the model for seconds.
    var hangingPerMille = 0
    /// Calls that kill whatever computes them.
    var poisonPerMille = 0
    /// Whether it closes its client with calls under way.
    var leavesEarly = false
    var limits = ClientLimits()
}

/// How messages cross the network.
struct NetworkPlan: Sendable {
    /// Of most messages, in microseconds.
    var latency = 20...200
    /// One in so many thousand is late by up to `longestDelay`.
    var latePerMille = 5
    var longestDelay = 20_000
    /// Messages that wait for one peer at most.
    var mark = 10_000
    /// How late a process wakes, in microseconds.
    var wakeUp = 0...50
    /// How differently the processes' clocks count: their moments have nothing in common.
    var clocksDiffer = true
}

/// A peer on the worker side that keeps to no protocol.
struct RoguePlan: Sendable {
    var models: [Int]
    var begin: Instant
    /// How often it does something that nobody asked for, in microseconds.
    var pause: ClosedRange<Int>
    /// Whether it announces what it must not first.
    var announcesNonsense: Bool
    /// Whether it answers what it is handed, as an honest worker does, now and then at least.
    var answersPercent: Int
}
