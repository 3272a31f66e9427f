/// Keywords that apply other schemas to the same value.
extension SchemaEvaluation {
    mutating func apply(_ applicator: Applicator, _ value: JSONNode, _ tracker: inout Tracker) -> Bool {
        switch applicator {
        case .reference(let schema): evaluateBranch(schema, value, &tracker)
        case .dynamicReference(let anchor, let otherwise):
            evaluateBranch(target(of: anchor) ?? otherwise, value, &tracker)
        case .allOf(let schemas): applyAll(schemas, value, &tracker)
        case .anyOf(let schemas): applyAny(schemas, value, &tracker)
        case .oneOf(let schemas): applyOne(schemas, value, &tracker)
        case .not(let schema): applyNot(schema, value, tracker)
        case .condition(let condition, let then, let otherwise):
            applyCondition(condition, then, otherwise, value, &tracker)
        case .dependentSchemas(let schemas): applyDependent(schemas, value, &tracker)
        }
    }

    /// The outermost resource of the dynamic scope that has the anchor.
    private func target(of anchor: String) -> Int? {
        for resource in scope {
            if let schema = program.dynamicAnchors[resource][anchor] { return schema }
        }
        return nil
    }

    /// What a schema that fails has seen counts as unseen.
    private mutating func evaluateBranch(_ schema: Int, _ value: JSONNode, _ tracker: inout Tracker) -> Bool {
        guard tracker.isOn else { return evaluate(schema, value, &tracker) }
        var branch = tracker.branch
        let isValid = evaluate(schema, value, &branch)
        if isValid { tracker.merge(branch) }
        return isValid
    }

    private mutating func probeBranch(_ schema: Int, _ value: JSONNode, _ tracker: inout Tracker) -> Bool {
        var branch = tracker.branch
        let isValid = probe(schema, value, &branch)
        if isValid { tracker.merge(branch) }
        return isValid
    }

    private mutating func applyAll(_ schemas: [Int], _ value: JSONNode, _ tracker: inout Tracker) -> Bool {
        var isValid = true
        for schema in schemas {
            isValid = evaluateBranch(schema, value, &tracker) && isValid
            guard isValid || collects else { return false }
        }
        return isValid
    }

    private mutating func applyAny(_ schemas: [Int], _ value: JSONNode, _ tracker: inout Tracker) -> Bool {
        var isValid = false
        for schema in schemas {
            isValid = probeBranch(schema, value, &tracker) || isValid
            // All that match count as having looked, so only without a tracker one is enough.
            if isValid && !tracker.isOn { return true }
        }
        if isValid { return true }
        return failAll("anyOf", schemas, value)
    }

    private mutating func applyOne(_ schemas: [Int], _ value: JSONNode, _ tracker: inout Tracker) -> Bool {
        var count = 0
        for schema in schemas where probeBranch(schema, value, &tracker) { count += 1 }
        if count == 1 { return true }
        if count == 0 { return failAll("oneOf", schemas, value) }
        return fail("oneOf", "must meet exactly one of \(schemas.count) schemas, but meets \(count)")
    }

    /// Says why none of them is met: the first fault of each of the first few.
    private mutating func failAll(_ rule: String, _ schemas: [Int], _ value: JSONNode) -> Bool {
        guard collects else { return false }
        let shown = 4
        let reasons = schemas.prefix(shown).compactMap { firstReason($0, value) }.joined(separator: "; or ")
        return fail(rule, "must meet one of \(schemas.count) schemas" + (reasons.isEmpty ? "" : ": \(reasons)"))
    }

    private mutating func applyNot(_ schema: Int, _ value: JSONNode, _ tracker: Tracker) -> Bool {
        var branch = tracker.branch
        guard probe(schema, value, &branch) else { return true }
        return fail("not", "must not be what \(Self.shown(value)) is")
    }

    private mutating func applyCondition(
        _ condition: Int, _ then: Int?, _ otherwise: Int?, _ value: JSONNode, _ tracker: inout Tracker
    ) -> Bool {
        let chosen = probeBranch(condition, value, &tracker) ? then : otherwise
        return chosen.map { evaluateBranch($0, value, &tracker) } ?? true
    }

    private mutating func applyDependent(
        _ schemas: [(key: String, schema: Int)], _ value: JSONNode, _ tracker: inout Tracker
    ) -> Bool {
        guard value.kind == .object else { return true }
        var isValid = true
        for (key, schema) in schemas where value[key] != nil {
            isValid = evaluateBranch(schema, value, &tracker) && isValid
            guard isValid || collects else { return false }
        }
        return isValid
    }
}
