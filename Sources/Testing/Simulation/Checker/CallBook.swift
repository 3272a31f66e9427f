internal import SibylCore
internal import SibylProtocol

/// A call as its client's program means it: the truth that answers are held against.
struct Call {
    enum Ending: Equatable {
        case answered
        case refused(ErrorCode)
        case failed(ClientFailure)
        /// The client held too many calls already.
        case turnedAway
        /// Its process died: nobody is left to be answered.
        case lost
    }

    var client = 0
    var choice = ClientPlan.Choice(model: "", version: "", allowed: [])
    var priority = Priority.interactive
    var tenant: UInt64 = 0
    /// Inputs; more than one for a batch.
    var items = 1
    var isBatch = false
    var size = 0
    /// What the model computes from.
    var input: UInt64 = 0
    /// What computing it takes, all items together.
    var cost = Instant.Span.zero
    var throwsError = false
    /// Kills the worker that computes it.
    var isPoison = false
    /// When the client's program wants an answer at the latest; the simulation's clock, as all below.
    var timeout = Instant.Span.zero
    var namesTimeout = true
    var issued = Instant(nanoseconds: 0)
    var cancelled: Instant?
    var ending: Ending?
    var sends = 0

    var deadline: Instant { issued + timeout }

    /// What the model at that place of the scenario makes of the input.
    static func output(of input: UInt64, model: Int) -> UInt64 {
        SplitMix.scrambled(input ^ UInt64(model + 1) &* 0x9E37_79B9_7F4A_7C15)
    }
}

/// All calls of a simulation, and what came of them.
final class CallBook {
    /// Between a deadline and the moment that the program hears of it: the wheel's tick, and waking up.
    static let slack = Instant.Span.milliseconds(3)
    /// `timeout_ms` is in whole milliseconds, so that a server may count one less.
    static let rounding = Instant.Span.milliseconds(1)

    private(set) var calls: [Call] = []
    /// What each broker ever called a request, over all its lives.
    private var names: [Set<UInt64>]
    private let checker: Checker
    private let scenario: Scenario

    init(_ scenario: Scenario, checker: Checker) {
        self.scenario = scenario
        self.checker = checker
        names = [Set<UInt64>](repeating: [], count: scenario.brokers)
    }

    subscript(call: Int32) -> Call {
        _read { yield calls[Int(call)] }
        _modify { yield &calls[Int(call)] }
    }

    func add(_ call: Call) -> Int32 {
        calls.append(call)
        checker.coverage.count(.calls)
        if call.isBatch { checker.coverage.count(.batches) }
        if call.priority == .bulk { checker.coverage.count(.bulk) }
        return Int32(calls.count - 1)
    }

    /// What one input of the model at that place of the scenario takes, in microseconds.
    func cost(of model: Int) -> ClosedRange<Int> { scenario.models[model].cost }

    /// Whether that broker never called a request so before.
    func isFresh(_ name: UInt64, of broker: Int) -> Bool {
        names[broker].insert(name).inserted
    }

    // MARK: - Ends

    /// A reply reached the program.
    func end(_ number: Int32, with verdict: Verdict, at now: Instant) {
        guard let code = verdict.failure else {
            close(number, .answered, at: now)
            let call = calls[Int(number)]
            checker.coverage.count(.answered)
            // What a rogue makes of a request that it was handed is its own affair.
            if isRogue(verdict.worker) { return }
            checker.require(
                call.choice.allowed.contains { Call.output(of: call.input, model: $0) == verdict.output },
                .answerBelongs, "call \(number) got an answer that is not its own")
            return checker.require(
                !call.throwsError, .answerBelongs, "call \(number) got an output where its model throws")
        }
        close(number, .refused(code), at: now)
        checker.coverage.count(error: code)
        checker.require(
            isJustified(code, calls[Int(number)], at: now), .failureJustified,
            "call \(number) got \(code.wireName) for no reason")
    }

    private func isRogue(_ node: Int32) -> Bool { scenario.nodes.rogues.contains(Int(node)) }

    /// The client itself gave up.
    func end(_ number: Int32, with failure: ClientFailure, at now: Instant) {
        close(number, .failed(failure), at: now)
        let call = calls[Int(number)]
        let isJustified =
            switch failure {
            case .timedOut: now >= call.deadline && scenario.theme != .failover
            case .unreachable: scenario.theme == .mixed
            case .cancelled: call.cancelled != nil
            case .closed: true
            }
        if failure == .cancelled { checker.coverage.count(.cancelled) }
        checker.require(isJustified, .failureJustified, "call \(number) failed with \(failure) for no reason")
    }

    func turnAway(_ number: Int32, at now: Instant) {
        close(number, .turnedAway, at: now)
    }

    /// Its client's process died.
    func lose(_ number: Int32) {
        calls[Int(number)].ending = .lost
    }

    private func close(_ number: Int32, _ ending: Call.Ending, at now: Instant) {
        let call = calls[Int(number)]
        checker.require(
            call.ending == nil, .answeredOnce, "call \(number) ends a second time, after \(call.ending.text)")
        calls[Int(number)].ending = ending
    }

    /// Whether a server may say so of such a call at such a time.
    private func isJustified(_ code: ErrorCode, _ call: Call, at now: Instant) -> Bool {
        switch code {
        case .modelNotFound, .versionNotFound:
            // A broker that has just started has heard of nobody.
            return call.choice.allowed.isEmpty || scenario.theme == .mixed
        case .overloaded: return scenario.theme == .mixed || scenario.theme == .flood
        case .unavailable: return scenario.theme == .mixed || scenario.theme == .poison
        case .workerLost: return scenario.theme == .mixed || scenario.theme == .poison
        case .deadlineExceeded:
            if scenario.theme == .failover { return false }
            let patience = call.namesTimeout ? call.timeout : min(call.timeout, scenario.brokerLimits.defaultTimeout)
            return now >= call.issued + patience - Self.rounding
        case .predictionFailed: return call.throwsError
        case .internal: return !scenario.rogues.isEmpty
        default: return false
        }
    }

    /// Calls that are under way.
    var openCount: Int { calls.count { $0.ending == nil } }
}

extension Instant {
    static func - (instant: Instant, span: Span) -> Instant {
        instant + Span(nanoseconds: -span.nanoseconds)
    }
}

extension Call.Ending? {
    var text: String {
        switch self {
        case .answered: "an answer"
        case .refused(let code): "\(code.wireName)"
        case .failed(let failure): "\(failure)"
        case .turnedAway: "having been turned away"
        case .lost: "its client's death"
        case nil: "nothing"
        }
    }
}
