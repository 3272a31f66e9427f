internal import SibylJSON

/// Choices between schemas.
extension Containment {
    mutating func choices(_ value: Conjunction, _ part: SchemaPart, _ position: Position) -> [ContractBreak] {
        var found: [ContractBreak] = []
        let any = part.children("anyOf")
        if !any.isEmpty, choice(of: value, among: any, position) == nil { found += misfits(value, any, position) }
        let one = part.children("oneOf")
        if !one.isEmpty {
            if let chosen = choice(of: value, among: one, position) {
                found += overlaps(value, one, besides: chosen, position)
            } else {
                found += misfits(value, one, position)
            }
        }
        return found + condition(value, part, position)
    }

    /// The first of the schemas that every value meets.
    private mutating func choice(of value: Conjunction, among choices: [SchemaPart], _ position: Position) -> Int? {
        for index in choices.indices where breaks(of: value, within: choices[index], at: position).isEmpty {
            return index
        }
        return nil
    }

    /// Why a value meets none of the schemas: what keeps it from the one of its type, if that is one.
    private mutating func misfits(_ value: Conjunction, _ choices: [SchemaPart], _ position: Position)
        -> [ContractBreak]
    {
        let types = value.types
        let possible = choices.filter { !Conjunction($0).types.isDisjoint(with: types) }
        let wanted = possible.reduce(into: ValueTypes()) { $0.formUnion(Conjunction($1).types) }
        if !types.isSubset(of: wanted) {
            let all = choices.reduce(into: ValueTypes()) { $0.formUnion(Conjunction($1).types) }
            return [broken(position, words.changed(types.words, all.words))]
        }
        if possible.count == 1 { return breaks(of: value, within: possible[0], at: position) }
        return [undecided(position, "it must be one of \(choices.count) choices")]
    }

    /// Which other schemas of a `oneOf` a value might meet as well.
    private mutating func overlaps(
        _ value: Conjunction, _ choices: [SchemaPart], besides chosen: Int, _ position: Position
    ) -> [ContractBreak] {
        for index in choices.indices where index != chosen && !areDisjoint(value, choices[index], position) {
            return [undecided(position, "it must meet exactly one of \(choices.count) choices")]
        }
        return []
    }

    private mutating func condition(_ value: Conjunction, _ part: SchemaPart, _ position: Position) -> [ContractBreak] {
        guard let condition = part.child("if") else { return [] }
        var found: [ContractBreak] = []
        if let then = part.child("then"), !areDisjoint(value, condition, position) {
            found += breaks(of: value.adding([condition]), within: then, at: position)
        }
        if let otherwise = part.child("else"), !breaks(of: value, within: condition, at: position).isEmpty {
            var rest = value
            rest.exclude(condition)
            found += breaks(of: rest, within: otherwise, at: position)
        }
        return found.isEmpty ? [] : [undecided(position, "a condition has changed")]
    }
}
