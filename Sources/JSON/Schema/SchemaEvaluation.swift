/// One run of a program over one value.
///
/// The first run only asks whether the value is valid, and stops at the first fault; only for one that isn't, a second
/// run collects every fault with its path and its words.
struct SchemaEvaluation {
    /// Schemas inside schemas beyond this depth count as a fault: a reference that leads to itself would never end.
    private static let maximumDepth = 512

    let program: SchemaProgram
    let collects: Bool
    private(set) var violations: [SchemaViolation] = []
    /// The way from the root to the value in hand; kept only when collecting.
    private var path: [String] = []
    /// The resources of the schemas that are being evaluated, outermost first.
    private(set) var scope: [Int] = []
    private var depth = 0

    init(_ program: SchemaProgram, collects: Bool) {
        self.program = program
        self.collects = collects
    }

    mutating func run(_ value: JSONNode) -> Bool {
        var tracker = Tracker.off
        return evaluate(program.root, value, &tracker)
    }

    // MARK: - One schema

    mutating func evaluate(_ index: Int, _ value: JSONNode, _ tracker: inout Tracker) -> Bool {
        guard depth < Self.maximumDepth else {
            return fail("$ref", "the schema goes deeper than \(Self.maximumDepth) levels here")
        }
        let schema = program.schemas[index]
        depth += 1
        let isNewResource = scope.last != schema.resource
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
        for applicator in schema.applicators {
            guard isValid || collects else { return false }
            isValid = apply(applicator, value, &tracker) && isValid
        }
        return isValid
    }

    /// A run of its own that collects nothing: for schemas that may fail without the value being wrong.
    mutating func probe(_ index: Int, _ value: JSONNode, _ tracker: inout Tracker) -> Bool {
        guard collects else { return evaluate(index, value, &tracker) }
        var probing = SchemaEvaluation(program, collects: false)
        probing.scope = scope
        probing.depth = depth
        return probing.evaluate(index, value, &tracker)
    }

    /// Why a schema fails; only when collecting.
    func firstReason(_ index: Int, _ value: JSONNode) -> String? {
        var explaining = SchemaEvaluation(program, collects: true)
        explaining.scope = scope
        explaining.depth = depth
        var tracker = Tracker.off
        _ = explaining.evaluate(index, value, &tracker)
        return explaining.violations.first.map { ($0.path.isEmpty ? "" : $0.path + " ") + $0.message }
    }

    // MARK: - Faults

    mutating func fail(_ rule: String, _ message: @autoclosure () -> String) -> Bool {
        if collects && violations.count < SchemaValidator.maximumViolations {
            let pointer = path.map { "/" + SchemaPlace.escaped($0) }.joined()
            violations.append(SchemaViolation(path: pointer, rule: rule, message: message()))
        }
        return false
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

        static let off = Tracker(isEvaluated: nil)

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
