package import SibylJSON

/// What the schemas together say of a value's size and of what is in it.
extension Conjunction {
    /// A keyword's values, one for each schema that has it.
    package func values(_ keyword: String) -> [JSONValue] { parts.compactMap { $0[keyword] } }

    /// The largest value of a keyword that counts, such as `minItems`.
    package func largest(_ keyword: String) -> Int64? { values(keyword).compactMap(\.int64).max() }

    /// The smallest value of a keyword that counts, such as `maxItems`.
    package func smallest(_ keyword: String) -> Int64? { values(keyword).compactMap(\.int64).min() }

    /// The bounds of numbers.
    ///
    /// - Parameter types: of the values; where they are whole the bounds are too.
    package func bounds(isUpper: Bool, of types: ValueTypes) -> [NumberBound] {
        let (inclusive, exclusive) =
            isUpper ? ("maximum", "exclusiveMaximum") : ("minimum", "exclusiveMinimum")
        let bounds = parts.flatMap { part in
            [
                NumberBound(part[inclusive], isExclusive: false, isUpper: isUpper),
                NumberBound(part[exclusive], isExclusive: true, isUpper: isUpper),
            ].compactMap(\.self)
        }
        return types.contains(.fraction) ? bounds : bounds.map(\.ofIntegers)
    }

    // MARK: - Members

    /// The names of members that are always there.
    package var required: Set<ExactName> { Set(parts.flatMap { $0.names("required") }) }

    /// The names that `properties` knows.
    package var properties: [ExactName] { parts.flatMap { part in part.named("properties").map(\.name) } }

    /// What is known of a member, if it is there.
    package func member(_ name: ExactName) -> Conjunction {
        Conjunction(parts.flatMap { $0.schemas(ofMember: name) })
    }

    /// What is known of members that no `properties` knows, but a pattern.
    package func members(matching pattern: ExactName) -> Conjunction {
        Conjunction(
            parts.flatMap { part in
                let patterns = part.named("patternProperties")
                if patterns.isEmpty { return [part.additional].compactMap(\.self) }
                return patterns.filter { $0.name == pattern }.map(\.part)
            })
    }

    /// What is known of members that no `properties` knows, and none of these patterns.
    package func members(besides patterns: Set<ExactName>) -> Conjunction {
        Conjunction(
            parts.compactMap { part in
                part.named("patternProperties").allSatisfy { patterns.contains($0.name) } ? part.additional : nil
            })
    }

    // MARK: - Elements

    /// What is known of an element, if it is there.
    package func element(_ index: Int) -> Conjunction {
        Conjunction(parts.compactMap { $0.schema(ofElement: index) })
    }

    /// How many elements some `prefixItems` knows.
    package var prefixCount: Int { parts.map { $0["prefixItems"]?.array?.count ?? 0 }.max() ?? 0 }

    /// The most elements that there can be.
    package var maximumCount: Int64? {
        let limits = [smallest("maxItems"), (0...prefixCount).first { element($0).isNever }.map(Int64.init)]
        return limits.compactMap(\.self).min()
    }
}
