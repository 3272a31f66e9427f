internal import SibylJSON

/// Where in a value the check is.
struct Position {
    /// As in a `ContractBreak`.
    private(set) var path = ""
    /// How many objects and arrays it is inside of.
    private(set) var level = 0

    func member(_ name: String) -> Position {
        var position = self
        position.path += "/" + SchemaPlace.escaped(name)
        position.level += 1
        return position
    }

    func element(_ index: Int) -> Position { member("\(index)") }

    /// Every element or member that no schema tells from the others.
    var anything: Position { member("*") }
}

/// Finds what keeps the values that meet some schemas from all meeting another.
///
/// It goes down both sides together. A claim that turns up again inside itself is taken to hold there, which is sound
/// since values end: the claim for a value rests on the same for smaller values only. Where it would rest on the very
/// same value nothing is told.
struct Containment {
    let words: ContractWords
    /// How many claims may still be looked at: choices inside choices may take time exponential in their number.
    /// Schemas of models take some for each field.
    private var steps = 10_000
    /// Claims inside one another that are looked at: a value's levels, with a choice or two on each. It bounds the
    /// stack.
    private static let deepest = 64

    /// The claims in hand: at which level each was made, and how many were in hand before.
    private var claims: [String: (level: Int, order: Int)] = [:]
    /// What came of claims that rest on none in hand; paths start at the claim's own place.
    private var settled: [String: [ContractBreak]] = [:]
    /// The earliest claim in hand that something rests on which was found since the last one was made.
    private var support = Int.max
    /// Whether the claim in hand is one of what is known not to hold. One inside another is not looked at: conditions
    /// inside conditions would take time exponential in their number.
    private var isExcluding = false

    init(_ words: ContractWords) { self.words = words }

    func broken(_ position: Position, _ message: String) -> ContractBreak {
        ContractBreak(words.side, .broken, path: position.path, message)
    }

    /// - Parameter change: of which it can't be told whether it breaks anything.
    func undecided(_ position: Position, _ change: String) -> ContractBreak {
        ContractBreak(words.side, .undecided, path: position.path, words.untold(change))
    }

    // MARK: - Claims

    /// Why a value of which `value` is known might not meet `target`; empty if it always does.
    mutating func breaks(of value: Conjunction, within target: SchemaPart, at position: Position) -> [ContractBreak] {
        if target.schema == true || value.has(target) || value.isNever { return [] }
        let claim = "\(value.identifier) within \(target.identifier)"
        if let found = settled[claim] { return found.map { $0.moved(to: position.path) } }
        if let open = claims[claim] {
            support = min(support, open.order)
            return open.level < position.level ? [] : [undecided(position, "a schema refers to itself")]
        }
        guard steps > 0, claims.count < Self.deepest else {
            return [undecided(position, "the schemas are too entangled")]
        }
        steps -= 1
        let (order, outer) = (claims.count, support)
        claims[claim] = (position.level, order)
        support = .max
        let found = examine(value, target, position)
        claims[claim] = nil
        if support >= order, found.isEmpty || !isExcluding {
            settled[claim] = found.map { $0.moved(from: position.path) }
        }
        support = min(outer, support < order ? support : .max)
        return found
    }

    private mutating func examine(_ value: Conjunction, _ target: SchemaPart, _ position: Position) -> [ContractBreak] {
        if let values = value.finite { return strays(among: values, target, position) }
        let found = direct(value, target, position)
        if found.isEmpty || value.parts.contains(where: { $0.isSame(as: target) }) { return [] }
        guard
            let cases = value.choices ?? (Conjunction(target).hasCases || !value.excluded.isEmpty ? value.byType : nil)
        else {
            return isExcluded(value, position) ? [] : found
        }
        var all: [ContractBreak] = []
        for one in cases {
            for fault in breaks(of: one, within: target, at: position) where !all.contains(fault) { all.append(fault) }
        }
        return all
    }

    /// Whether what is known of a value can't be: for that it would have to be what it is known not to be.
    mutating func isExcluded(_ value: Conjunction, _ position: Position) -> Bool {
        guard !isExcluding else { return false }
        isExcluding = true
        defer { isExcluding = false }
        return value.excluded.contains { breaks(of: value, within: $0, at: position).isEmpty }
    }

    /// Whether no value meets both.
    mutating func areDisjoint(_ value: Conjunction, _ other: SchemaPart, _ position: Position) -> Bool {
        let both = value.adding([other])
        return both.isNever || isExcluded(both, position)
    }

    private func strays(among values: [JSONValue], _ target: SchemaPart, _ position: Position) -> [ContractBreak] {
        var reason: String?
        let strays = values.filter { value in
            guard let objection = target.document.objection(of: target, to: value) else { return false }
            reason = reason ?? objection.message
            return true
        }
        return reason.map { [broken(position, words.strays(strays, $0))] } ?? []
    }

    // MARK: - One schema

    private mutating func direct(_ value: Conjunction, _ target: SchemaPart, _ position: Position) -> [ContractBreak] {
        let demand = Conjunction(target)
        if demand.isEndless { return [undecided(position, "a schema refers to itself")] }
        if demand.refusesAll { return [broken(position, words.nothingAllowed)] }
        var found: [ContractBreak] = []
        for part in demand.parts where !value.has(part) { found += keywords(value, part, position) }
        for other in demand.excluded where !areDisjoint(value, other, position) {
            found.append(undecided(position, "what 'not' refuses has changed"))
        }
        return found
    }

    private mutating func keywords(_ value: Conjunction, _ part: SchemaPart, _ position: Position) -> [ContractBreak] {
        let (types, wanted) = (value.types, ValueTypes(part["type"]))
        // What is of another type breaks most other rules too, and saying so helps nobody.
        guard types.isSubset(of: wanted) else { return [broken(position, words.changed(types.words, wanted.words))] }
        var found = scalars(value, part, position)
        if types.contains(.array) { found += arrays(value, part, position) }
        if types.contains(.object) { found += objects(value, part, position) }
        found += choices(value, part, position)
        for keyword in ["$dynamicRef", part.unevaluated].compactMap(\.self) where part[keyword] != nil {
            found.append(undecided(position, "'\(keyword)' has changed, or what it depends on"))
        }
        return found
    }
}

extension ContractBreak {
    fileprivate func moved(from place: String) -> ContractBreak {
        ContractBreak(side, kind, path: String(path.dropFirst(place.count)), message)
    }

    fileprivate func moved(to place: String) -> ContractBreak {
        ContractBreak(side, kind, path: place + path, message)
    }
}
