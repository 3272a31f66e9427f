internal import SibylJSON

/// Types, constants, numbers and strings.
extension Containment {
    func scalars(_ value: Conjunction, _ part: SchemaPart, _ position: Position) -> [ContractBreak] {
        let types = value.types
        var found: [ContractBreak] = []
        if let choices = part["const"].map({ [$0] }) ?? part["enum"]?.array {
            found.append(broken(position, words.limited(types, to: choices)))
        }
        if !types.isDisjoint(with: .number) { found += numbers(value, part, position) }
        if types.contains(.string) { found += strings(value, part, position) }
        return found + formats(value, part, position)
    }

    // MARK: - Numbers

    private func numbers(_ value: Conjunction, _ part: SchemaPart, _ position: Position) -> [ContractBreak] {
        var found: [ContractBreak] = []
        for (keyword, isExclusive, isUpper) in [
            ("minimum", false, false), ("exclusiveMinimum", true, false), ("maximum", false, true),
            ("exclusiveMaximum", true, true),
        ] {
            guard let bound = NumberBound(part[keyword], isExclusive: isExclusive, isUpper: isUpper) else { continue }
            let known = value.bounds(isUpper: isUpper, of: value.types.intersection(.number))
            if !known.contains(where: { $0.implies(bound) }) {
                found.append(broken(position, words.changed(keyword, value.values(keyword).first, part[keyword])))
            }
        }
        if let divisor = part["multipleOf"], !isMultiple(value, of: divisor) {
            let known = value.values("multipleOf").first
            found.append(broken(position, words.changed("multipleOf", known, divisor)))
        }
        return found
    }

    private func isMultiple(_ value: Conjunction, of divisor: JSONValue) -> Bool {
        let decimal = DecimalNumber(divisor.description)
        var known = value.values("multipleOf")
        if !value.types.contains(.fraction) { known.append(1) }
        return known.contains { DecimalNumber($0.description).isMultiple(of: decimal) == true }
    }

    // MARK: - Strings

    private func strings(_ value: Conjunction, _ part: SchemaPart, _ position: Position) -> [ContractBreak] {
        var found = counts(value, part, position, least: "minLength", most: "maxLength")
        if let pattern = part["pattern"]?.string {
            let known = value.values("pattern")
            if !known.contains(where: { $0.string.map(ExactName.init) == ExactName(pattern) }) {
                let change = words.changed("pattern", known.first, part["pattern"])
                found.append(
                    known.isEmpty ? broken(position, change) : undecided(position, change))
            }
        }
        return found
    }

    /// What no validator asserts, and readers and models go by all the same.
    private func formats(_ value: Conjunction, _ part: SchemaPart, _ position: Position) -> [ContractBreak] {
        var found: [ContractBreak] = []
        for keyword in ["format", "contentEncoding", "contentMediaType"] {
            guard let format = part[keyword] else { continue }
            let known = value.values(keyword)
            if known.contains(format) { continue }
            found.append(undecided(position, words.changed(keyword, known.first, format)))
        }
        return found
    }

    // MARK: - Sizes

    /// Keywords that count.
    func counts(
        _ value: Conjunction, _ part: SchemaPart, _ position: Position, least: String, most: String,
        atLeast: Int64 = 0, atMost: Int64? = nil
    ) -> [ContractBreak] {
        var found: [ContractBreak] = []
        if let wanted = part[least]?.int64, max(value.largest(least) ?? 0, atLeast) < wanted {
            found.append(broken(position, words.changed(least, value.largest(least).map { .integer($0) }, part[least])))
        }
        if let wanted = part[most]?.int64, min(value.smallest(most) ?? .max, atMost ?? .max) > wanted {
            found.append(broken(position, words.changed(most, value.smallest(most).map { .integer($0) }, part[most])))
        }
        return found
    }
}
