internal import SibylJSON

/// Arrays and objects.
extension Containment {
    // MARK: - Arrays

    mutating func arrays(_ value: Conjunction, _ part: SchemaPart, _ position: Position) -> [ContractBreak] {
        let most = value.maximumCount
        var found = counts(value, part, position, least: "minItems", most: "maxItems", atMost: most)
        let prefix = max(value.prefixCount, part["prefixItems"]?.array?.count ?? 0)
        for index in 0..<prefix where Int64(index) < most ?? .max {
            guard let wanted = part.schema(ofElement: index) else { continue }
            found += breaks(of: value.element(index), within: wanted, at: position.element(index))
        }
        if let rest = part.rest, Int64(prefix) < most ?? .max {
            found += breaks(of: value.element(prefix), within: rest, at: position.anything)
        }
        if part["uniqueItems"] == true, !value.values("uniqueItems").contains(true), most ?? .max > 1 {
            found.append(broken(position, words.repeated))
        }
        if let kind = part.child("contains"), !contains(value, kind, of: part, position) {
            found.append(undecided(position, "'contains' has changed"))
        }
        return found
    }

    private mutating func contains(
        _ value: Conjunction, _ kind: SchemaPart, of part: SchemaPart, _ position: Position
    ) -> Bool {
        let least = part["minContains"]?.int64 ?? 1
        let most = part["maxContains"]?.int64
        var (hasLeast, hasMost) = (least == 0, most.map { value.maximumCount ?? .max <= $0 } ?? true)
        for known in value.parts {
            guard let other = known.child("contains") else { continue }
            if !hasLeast, known["minContains"]?.int64 ?? 1 >= least {
                hasLeast = breaks(of: Conjunction(other), within: kind, at: position.anything).isEmpty
            }
            if let most, !hasMost, known["maxContains"]?.int64 ?? .max <= most {
                hasMost = breaks(of: Conjunction(kind), within: other, at: position.anything).isEmpty
            }
        }
        return hasLeast && hasMost
    }

    // MARK: - Objects

    mutating func objects(_ value: Conjunction, _ part: SchemaPart, _ position: Position) -> [ContractBreak] {
        let (required, known) = (value.required, value.properties)
        var found: [ContractBreak] = []
        var missing: Set<ExactName> = []
        for name in part.names("required") where !required.contains(name) && missing.insert(name).inserted {
            let message = known.contains(name) ? words.required : words.newAndRequired
            found.append(broken(position.member(name.text), message))
        }
        found += members(value, part, position, besides: missing.subtracting(known))
        found += unnamedMembers(value, part, position)
        found += names(value, part, position)
        found += dependencies(value, part, position)
        return found
            + counts(
                value, part, position, least: "minProperties", most: "maxProperties", atLeast: Int64(required.count))
    }

    /// Members that either side names.
    ///
    /// - Parameter told: of which a break is told already.
    private mutating func members(
        _ value: Conjunction, _ part: SchemaPart, _ position: Position, besides told: Set<ExactName>
    ) -> [ContractBreak] {
        let known = value.properties
        var found: [ContractBreak] = []
        var seen = told
        for name in part.named("properties").map(\.name) + known where seen.insert(name).inserted {
            let member = value.member(name)
            let place = position.member(name.text)
            for wanted in part.schemas(ofMember: name) {
                let faults = breaks(of: member, within: wanted, at: place)
                found += faults.isEmpty ? [] : explained(faults, of: member, wanted, place)
            }
        }
        return found
    }

    /// What is told of a member that one of the sides does not know, in place of what its schema says.
    private func explained(_ faults: [ContractBreak], of member: Conjunction, _ wanted: SchemaPart, _ place: Position)
        -> [ContractBreak]
    {
        if wanted.schema == false { return [broken(place, words.unnamedRefused)] }
        guard member.parts.isEmpty, !member.refusesAll else { return faults }
        if words.side == .output { return [broken(place, words.undescribed)] }
        let message = words.undeclared(Conjunction(wanted).types)
        return [ContractBreak(words.side, .undeclared, path: place.path, message)]
    }

    /// Members that neither side names, but by patterns.
    private mutating func unnamedMembers(_ value: Conjunction, _ part: SchemaPart, _ position: Position)
        -> [ContractBreak]
    {
        var found: [ContractBreak] = []
        let patterns = part.named("patternProperties")
        for (pattern, wanted) in patterns {
            found += breaks(of: value.members(matching: pattern), within: wanted, at: position.anything)
        }
        if let additional = part.additional {
            let others = value.members(besides: Set(patterns.map(\.name)))
            let faults = breaks(of: others, within: additional, at: position.anything)
            found +=
                !faults.isEmpty && additional.schema == false
                ? [broken(position.anything, words.unnamedRefused)] : faults
        }
        return found
    }

    private mutating func names(_ value: Conjunction, _ part: SchemaPart, _ position: Position) -> [ContractBreak] {
        guard let wanted = part.child("propertyNames") else { return [] }
        let place = position.anything
        if value.members(besides: []).isNever, value.parts.allSatisfy({ $0["patternProperties"] == nil }) {
            let possible = value.properties.filter { !value.member($0).isNever }
            let strays = possible.filter { part.document.objection(of: wanted, to: .string($0.text)) != nil }
            return strays.map { broken(position.member($0.text), words.changed("propertyNames", nil, wanted.schema)) }
        }
        let known = value.parts.compactMap { $0.child("propertyNames") }
        let names = Conjunction(known).restricted(to: .string)
        return breaks(of: names, within: wanted, at: place).map { reason in
            ContractBreak(words.side, reason.kind, path: place.path, "as a name \(reason.message)")
        }
    }

    private mutating func dependencies(_ value: Conjunction, _ part: SchemaPart, _ position: Position)
        -> [ContractBreak]
    {
        var found: [ContractBreak] = []
        for (name, names) in part["dependentRequired"]?.object ?? [:] where !value.member(ExactName(name)).isNever {
            let key = ExactName(name)
            let known = value.required.union(value.parts.flatMap { $0.dependent(on: key) })
            for other in (names.array ?? []).compactMap(\.string) where !known.contains(ExactName(other)) {
                found.append(
                    broken(position.member(other), words.required + ", where '\(name)' is there"))
            }
        }
        for (name, wanted) in part.named("dependentSchemas") where !value.member(name).isNever {
            let known = value.parts.compactMap { $0.named("dependentSchemas", name) }
            found += breaks(of: value.adding(known), within: wanted, at: position)
        }
        return found
    }
}

extension SchemaPart {
    fileprivate func dependent(on name: ExactName) -> [ExactName] {
        let entry = self["dependentRequired"]?.object?.first { ExactName($0.key) == name }
        return (entry?.value.array ?? []).compactMap { $0.string.map(ExactName.init) }
    }
}
