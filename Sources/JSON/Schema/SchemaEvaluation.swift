/// One run of a program over one value.
///
/// The first run only asks whether the value is valid, and stops at the first fault; only for one that isn't, a second
/// run collects every fault with its path and its words.
struct SchemaEvaluation {
    /// Schemas inside schemas beyond this depth are given up: a reference that leads to itself would never end.
    private static let maximumDepth = 512

    let program: SchemaProgram
    private(set) var violations: [SchemaViolation] = []
    /// How many violations are wanted; none when only the verdict is.
    private let limit: Int
    /// The way from the root to the value in hand; kept only when collecting.
    private var path: [String] = []
    /// The resources of the schemas that are being evaluated, outermost first; kept only for a program with dynamic
    /// anchors.
    private(set) var scope: [Int] = []
    private var depth = 0
    /// How many schemas may still be applied; 0 once the run was given up.
    private var steps: Int
    /// Why the run was given up: then no verdict of it counts, not that of a `not` either.
    private var surrender: String?

    init(_ program: SchemaProgram, of value: JSONNode, limit: Int) {
        self.init(program, limit: limit, steps: Self.steps(for: value))
    }

    private init(_ program: SchemaProgram, limit: Int, steps: Int) {
        self.program = program
        self.limit = limit
        self.steps = steps
    }

    /// What bounds the time of a run: a schema with choices that refer to itself may else take time exponential in the
    /// depth of a value that somebody has chosen for that. Others take a few for each value, and some dozens where there
    /// are as many choices.
    private static func steps(for value: JSONNode) -> Int { 10_000 + 100 * value.extent }

    mutating func run(_ value: JSONNode) -> Bool {
        var tracker = Tracker.off
        let isValid = evaluate(program.root, value, &tracker)
        guard let surrender else { return isValid }
        if limit > 0 { violations = [SchemaViolation(path: "", rule: "$ref", message: surrender)] }
        return false
    }

    /// Whether more violations are wanted.
    var collects: Bool { limit > 0 && violations.count < limit }

    // MARK: - One schema

    mutating func evaluate(_ index: Int, _ value: JSONNode, _ tracker: inout Tracker) -> Bool {
        guard steps > 0 else { return giveUp("can't be checked: its schema takes too many steps for this value") }
        steps -= 1
        guard depth < Self.maximumDepth else {
            return giveUp("can't be checked: its schema goes deeper than \(Self.maximumDepth) levels here")
        }
        let schema = program.schemas[index]
        depth += 1
        let isNewResource = program.hasDynamicAnchors && scope.last != schema.resource
        if isNewResource { scope.append(schema.resource) }
        defer {
            depth -= 1
            if isNewResource { scope.removeLast() }
        }
        guard schema.wantsTracking else { return check(schema, value, &tracker) }
        var own = Tracker(for: value)
        var isValid = check(schema, value, &own)
        if isValid || collects { isValid = checkUnevaluated(schema, value, &own) && isValid }
        if isValid { tracker.merge(own) }
        return isValid
    }

    private mutating func giveUp(_ reason: String) -> Bool {
        if surrender == nil { surrender = reason }
        steps = 0
        return false
    }

    private mutating func check(_ schema: CompiledSchema, _ value: JSONNode, _ tracker: inout Tracker) -> Bool {
        if schema.refusesAll { return fail("false", "nothing is allowed here") }
        var isValid = checkScalar(schema, value)
        guard isValid || collects else { return false }
        switch value.kind {
        case .array:
            if let rules = schema.arrays { isValid = checkArray(rules, value, &tracker) && isValid }
        case .object:
            if let rules = schema.objects { isValid = checkObject(rules, value, &tracker) && isValid }
        default: break
        }
        if schema.applicators.isEmpty { return isValid }
        for applicator in schema.applicators {
            guard isValid || collects else { return false }
            isValid = apply(applicator, value, &tracker) && isValid
        }
        return isValid
    }

    // MARK: - Runs beside this one

    /// A run of its own that collects nothing: for schemas that may fail without the value being wrong.
    mutating func probe(_ index: Int, _ value: JSONNode, _ tracker: inout Tracker) -> Bool {
        guard collects else { return evaluate(index, value, &tracker) }
        return aside(limit: 0) { $0.evaluate(index, value, &tracker) }
    }

    /// The first fault that makes a schema fail. Choices inside choices are not explained: nobody could read it.
    mutating func firstReason(_ index: Int, _ value: JSONNode) -> String? {
        guard limit > 1 else { return nil }
        let fault = aside(limit: 1) { run in
            var tracker = Tracker.off
            _ = run.evaluate(index, value, &tracker)
            return run.violations.first
        }
        return fault.map { ($0.path.isEmpty ? "" : $0.path + " ") + $0.message }
    }

    private mutating func aside<Result>(limit: Int, _ body: (inout SchemaEvaluation) -> Result) -> Result {
        var other = SchemaEvaluation(program, limit: limit, steps: steps)
        other.scope = scope
        other.depth = depth
        let result = body(&other)
        steps = other.steps
        surrender = surrender ?? other.surrender
        return result
    }

    // MARK: - Faults

    mutating func fail(_ rule: String, _ message: @autoclosure () -> String) -> Bool {
        if collects { violations.append(SchemaViolation(path: pointer, rule: rule, message: message())) }
        return false
    }

    /// Keys that nobody could read are cut: a hundred violations under one key would else take a hundred times its size.
    private var pointer: String {
        path.map { "/" + SchemaPlace.escaped($0.shortened(to: 256)) }.joined()
    }

    /// Evaluates a value inside the value in hand.
    mutating func evaluate(
        _ index: Int, _ value: JSONNode, at token: @autoclosure () -> String
    ) -> Bool {
        var tracker = Tracker.off
        guard collects else { return evaluate(index, value, &tracker) }
        path.append(token())
        defer { path.removeLast() }
        return evaluate(index, value, &tracker)
    }

    mutating func fail(_ rule: String, at token: String, _ message: @autoclosure () -> String) -> Bool {
        path.append(token)
        defer { path.removeLast() }
        return fail(rule, message())
    }

    // MARK: - Unevaluated

    private mutating func checkUnevaluated(_ schema: CompiledSchema, _ value: JSONNode, _ tracker: inout Tracker)
        -> Bool
    {
        var isValid = true
        if let rest = schema.unevaluatedItems, value.kind == .array {
            for (index, element) in value.elements.enumerated() where !tracker.has(index) {
                isValid = evaluate(rest, element, at: "\(index)") && isValid
                guard isValid || collects else { return false }
                tracker.note(index)
            }
        }
        if let rest = schema.unevaluatedProperties, value.kind == .object {
            for (index, member) in value.members.enumerated() where !tracker.has(index) {
                isValid = evaluate(rest, member.value, at: member.key.stringText.string) && isValid
                guard isValid || collects else { return false }
                tracker.note(index)
            }
        }
        return isValid
    }

    /// Which elements or members of one value some schema has looked at; off where no schema asks.
    struct Tracker {
        private var isEvaluated: [Bool]?

        static var off: Tracker { Tracker(isEvaluated: nil) }

        private init(isEvaluated: [Bool]?) {
            self.isEvaluated = isEvaluated
        }

        init(for value: JSONNode) {
            isEvaluated = [Bool](repeating: false, count: value.count)
        }

        /// A tracker for a branch: what it sees counts only if it is merged.
        var branch: Tracker {
            Tracker(isEvaluated: isEvaluated.map { [Bool](repeating: false, count: $0.count) })
        }

        var isOn: Bool { isEvaluated != nil }

        func has(_ index: Int) -> Bool { isEvaluated?[index] ?? false }

        mutating func note(_ index: Int) {
            if isEvaluated != nil { isEvaluated?[index] = true }
        }

        mutating func merge(_ other: Tracker) {
            guard isEvaluated != nil, let others = other.isEvaluated else { return }
            for index in others.indices where others[index] { isEvaluated?[index] = true }
        }
    }
}
