/// Arrays and objects.
extension SchemaEvaluation {
    // MARK: - Arrays

    mutating func checkArray(_ rules: ArrayRules, _ value: JSONNode, _ tracker: inout Tracker) -> Bool {
        var isValid = checkCounts(rules, value)
        guard isValid || collects else { return false }
        isValid = checkItems(rules, value, &tracker) && isValid
        guard isValid || collects else { return false }
        isValid = checkContains(rules, value, &tracker) && isValid
        if rules.isUnique, let twin = Self.firstTwin(in: value) {
            isValid = fail("uniqueItems", "must not repeat an item, but items \(twin.0) and \(twin.1) are equal")
        }
        return isValid
    }

    private mutating func checkCounts(_ rules: ArrayRules, _ value: JSONNode) -> Bool {
        var isValid = true
        if let least = rules.minimumCount, value.count < least {
            isValid = fail("minItems", "must have at least \(least) items, but has \(value.count)")
        }
        if let most = rules.maximumCount, value.count > most {
            isValid = fail("maxItems", "must have at most \(most) items, but has \(value.count)")
        }
        return isValid
    }

    private mutating func checkItems(_ rules: ArrayRules, _ value: JSONNode, _ tracker: inout Tracker) -> Bool {
        if rules.prefix.isEmpty && rules.items == nil { return true }
        var isValid = true
        for (index, element) in value.elements.enumerated() {
            guard let schema = index < rules.prefix.count ? rules.prefix[index] : rules.items else { break }
            isValid = evaluate(schema, element, at: "\(index)") && isValid
            guard isValid || collects else { return false }
            tracker.note(index)
        }
        return isValid
    }

    private mutating func checkContains(_ rules: ArrayRules, _ value: JSONNode, _ tracker: inout Tracker) -> Bool {
        guard let schema = rules.contains else { return true }
        var count = 0
        for (index, element) in value.elements.enumerated() {
            var none = Tracker.off
            guard probe(schema, element, &none) else { continue }
            count += 1
            tracker.note(index)
        }
        if count < rules.minimumContains {
            return fail("contains", "must have at least \(rules.minimumContains) items of a kind, but has \(count)")
        }
        if let most = rules.maximumContains, count > most {
            return fail("maxContains", "must have at most \(most) items of a kind, but has \(count)")
        }
        return true
    }

    /// By hash, so that a long array costs no more than its length.
    private static func firstTwin(in value: JSONNode) -> (Int, Int)? {
        var places: [Int: [(index: Int, element: JSONNode)]] = [:]
        for (index, element) in value.elements.enumerated() {
            var hasher = Hasher()
            element.hash(into: &hasher)
            let hash = hasher.finalize()
            if let twin = places[hash]?.first(where: { $0.element.isEqual(to: element) }) { return (twin.index, index) }
            places[hash, default: []].append((index, element))
        }
        return nil
    }

    // MARK: - Objects

    mutating func checkObject(_ rules: ObjectRules, _ value: JSONNode, _ tracker: inout Tracker) -> Bool {
        var isValid = checkCounts(rules, value)
        guard isValid || collects else { return false }
        var seen = SeenKeys(count: rules.keys.keys.count)
        var hint = 0
        for (index, member) in value.members.enumerated() {
            let place = rules.keys.place(of: member.key.stringText, hint: hint)
            if let place {
                seen.note(place)
                hint = place + 1
            }
            isValid = checkMember(rules, member, at: place, index, &tracker) && isValid
            guard isValid || collects else { return false }
        }
        isValid = checkRequired(rules, seen) && isValid
        return checkDependencies(rules, value) && isValid
    }

    private mutating func checkCounts(_ rules: ObjectRules, _ value: JSONNode) -> Bool {
        var isValid = true
        if let least = rules.minimumCount, value.count < least {
            isValid = fail("minProperties", "must have at least \(least) members, but has \(value.count)")
        }
        if let most = rules.maximumCount, value.count > most {
            isValid = fail("maxProperties", "must have at most \(most) members, but has \(value.count)")
        }
        return isValid
    }

    private mutating func checkMember(
        _ rules: ObjectRules, _ member: (key: JSONNode, value: JSONNode), at place: Int?, _ index: Int,
        _ tracker: inout Tracker
    ) -> Bool {
        var isValid = true
        var isKnown = false
        if let place, rules.properties[place] >= 0 {
            isKnown = true
            isValid = evaluate(rules.properties[place], member.value, at: member.key.stringText.string)
        }
        for (pattern, schema) in rules.patterns where pattern.matches(member.key.stringText.string) {
            isKnown = true
            isValid = evaluate(schema, member.value, at: member.key.stringText.string) && isValid
        }
        if !isKnown, let additional = rules.additional {
            isKnown = true
            isValid = checkAdditional(additional, member) && isValid
        }
        if let names = rules.names { isValid = checkName(names, member.key) && isValid }
        if isKnown { tracker.note(index) }
        return isValid
    }

    private mutating func checkAdditional(_ schema: Int, _ member: (key: JSONNode, value: JSONNode)) -> Bool {
        guard program.schemas[schema].refusesAll else {
            return evaluate(schema, member.value, at: member.key.stringText.string)
        }
        guard collects else { return false }
        return fail("additionalProperties", at: member.key.stringText.string, "is no member that is allowed here")
    }

    private mutating func checkName(_ schema: Int, _ key: JSONNode) -> Bool {
        var none = Tracker.off
        if probe(schema, key, &none) { return true }
        guard collects else { return false }
        let reason = firstReason(schema, key) ?? "is not allowed"
        return fail("propertyNames", at: key.stringText.string, "as a name \(reason)")
    }

    private mutating func checkRequired(_ rules: ObjectRules, _ seen: SeenKeys) -> Bool {
        var isValid = true
        for place in rules.required where !seen.has(place) {
            guard collects else { return false }
            isValid = fail("required", at: rules.keys.keys[place], "is required and missing")
        }
        return isValid
    }

    private mutating func checkDependencies(_ rules: ObjectRules, _ value: JSONNode) -> Bool {
        var isValid = true
        for (key, names) in rules.dependentRequired where value[key] != nil {
            for name in names where value[name] == nil {
                guard collects else { return false }
                isValid = fail("dependentRequired", at: name, "is required beside \(key), and missing")
            }
        }
        return isValid
    }
}

/// Which of a schema's keys a value has, bit by bit; only for more keys than a word has bits something is allocated.
struct SeenKeys {
    private var first: UInt64 = 0
    private var rest: [UInt64] = []

    init(count: Int) {
        if count > 64 { rest = [UInt64](repeating: 0, count: (count - 1) / 64) }
    }

    mutating func note(_ place: Int) {
        let bit: UInt64 = 1 << UInt64(place % 64)
        if place < 64 { first |= bit } else { rest[place / 64 - 1] |= bit }
    }

    func has(_ place: Int) -> Bool {
        let word = place < 64 ? first : rest[place / 64 - 1]
        return word & (1 << UInt64(place % 64)) != 0
    }
}
