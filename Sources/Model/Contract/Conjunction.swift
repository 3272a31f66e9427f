package import SibylJSON

/// What is known of a value: schemas that it meets, and schemas that it doesn't.
///
/// What can't be made use of may be left out: then more values are taken to be possible than are, and the check errs
/// on the side of a break.
package struct Conjunction {
    /// Objects, each once; what they refer to and their `allOf` stand beside them.
    package private(set) var parts: [SchemaPart] = []
    private(set) var excluded: [SchemaPart] = []
    /// Whether one of the schemas is `false`.
    private(set) var refusesAll = false
    /// Whether a schema applies itself to the same value, or can't be followed to its end.
    private(set) var isEndless = false
    /// The types that are looked at.
    private var restriction = ValueTypes.all
    private var identifiers: Set<String> = []
    /// The choices, by part and keyword, that this is one case of.
    private var taken: Set<String> = []

    /// As deep as a validator follows references.
    private static let deepest = 512

    init(_ parts: [SchemaPart] = []) {
        for part in parts { add(part) }
    }

    package init(_ part: SchemaPart) { add(part) }

    /// What tells it from others.
    var identifier: String {
        let known = identifiers.sorted() + ["-"] + excluded.map(\.identifier).sorted() + ["-"] + taken.sorted()
        return known.joined(separator: "\n") + "\n\(restriction.rawValue)"
    }

    func has(_ part: SchemaPart) -> Bool { identifiers.contains(part.identifier) }

    // MARK: - Building

    mutating func add(_ part: SchemaPart) { add(part, inside: []) }

    mutating func exclude(_ part: SchemaPart) { excluded.append(part) }

    func adding(_ parts: [SchemaPart]) -> Conjunction {
        var conjunction = self
        for part in parts { conjunction.add(part) }
        return conjunction
    }

    /// - Parameter holders: the parts whose schemas of the same value this one is among.
    private mutating func add(_ part: SchemaPart, inside holders: [String]) {
        let identifier = part.identifier
        if holders.contains(identifier) || holders.count > Self.deepest { isEndless = true }
        if case .bool(let takesAll) = part.schema { refusesAll = refusesAll || !takesAll }
        guard part.schema.object != nil, identifiers.insert(identifier).inserted else { return }
        parts.append(part)
        if let reference = part["$ref"]?.string {
            if let target = part.document.resolve(reference, in: part.place) {
                add(target, inside: holders + [identifier])
            } else {
                isEndless = true
            }
        }
        for member in part.children("allOf") { add(member, inside: holders + [identifier]) }
        if let other = part.child("not") { excluded.append(other) }
    }

    // MARK: - Cases

    /// Conjunctions of which every value meets one, by the first choice among the parts; nil if none is left.
    package var choices: [Conjunction]? {
        for part in parts {
            for keyword in ["anyOf", "oneOf", "if"] where part[keyword] != nil {
                var rest = self
                guard rest.taken.insert("\(keyword) \(part.identifier)").inserted else { continue }
                return keyword == "if" ? rest.branches(of: part) : rest.alternatives(keyword, of: part)
            }
        }
        return nil
    }

    private func alternatives(_ keyword: String, of part: SchemaPart) -> [Conjunction] {
        let members = part.children(keyword)
        return members.indices.map { index in
            var one = adding([members[index]])
            if keyword == "oneOf" {
                for other in members.indices where other != index { one.exclude(members[other]) }
            }
            return one
        }
    }

    private func branches(of part: SchemaPart) -> [Conjunction] {
        guard let condition = part.child("if") else { return [self] }
        var otherwise = adding([part.child("else")].compactMap(\.self))
        otherwise.exclude(condition)
        return [adding([condition, part.child("then")].compactMap(\.self)), otherwise]
    }

    /// Whether a schema is among the parts that applies others to the same value by cases, or refuses some.
    var hasCases: Bool {
        !excluded.isEmpty || parts.contains { part in ["anyOf", "oneOf", "if"].contains { part[$0] != nil } }
    }

    /// One conjunction for each type that a value may be of; nil if that is one.
    var byType: [Conjunction]? {
        let groups = types.groups
        guard groups.count > 1 else { return nil }
        return groups.map { restricted(to: $0) }
    }

    package func restricted(to types: ValueTypes) -> Conjunction {
        var one = self
        one.restriction.formIntersection(types)
        return one
    }

    // MARK: - Types

    /// The types that values may be of.
    package var types: ValueTypes { types(depth: 0) }

    /// Whether it is known that there is no such value.
    package var isNever: Bool { refusesAll || types.isEmpty || finite?.isEmpty == true }

    /// - Parameter depth: how many objects inside one another have been looked into.
    private func types(depth: Int) -> ValueTypes {
        var types = restriction
        for part in parts { types.formIntersection(ValueTypes(part["type"])) }
        // Multiples of a whole number are whole.
        if parts.contains(where: { $0["multipleOf"]?.int64 != nil }) { types.remove(.fraction) }
        let lower = bounds(isUpper: false, of: types)
        if bounds(isUpper: true, of: types).contains(where: { upper in lower.contains { $0.excludes(upper: upper) } }) {
            types.subtract(.number)
        }
        if let most = smallest("maxLength"), let least = largest("minLength"), least > most { types.remove(.string) }
        if let most = smallest("maxItems"), let least = largest("minItems"), least > most { types.remove(.array) }
        if types.contains(.object) && lacksRequired(depth: depth) { types.remove(.object) }
        return types
    }

    private func lacksRequired(depth: Int) -> Bool {
        // Deep enough for what tells variants apart; schemas may be without end.
        guard depth < 4 else { return false }
        return required.contains { name in
            let member = member(name)
            return member.refusesAll || member.types(depth: depth + 1).isEmpty || member.finite?.isEmpty == true
        }
    }

    // MARK: - Values

    /// The values, where they are few enough to be told: those of an `enum` or `const` that meet everything else.
    package var finite: [JSONValue]? {
        guard let candidates else { return nil }
        return candidates.filter { value in
            value.isOf(restriction) && parts.allSatisfy { $0.document.objection(of: $0, to: value) == nil }
                && excluded.allSatisfy { $0.document.objection(of: $0, to: value) != nil }
        }
    }

    private var candidates: [JSONValue]? {
        let lists = parts.compactMap { part in part["const"].map { [$0] } ?? part["enum"]?.array }
        if let list = lists.min(by: { $0.count < $1.count }) { return list }
        let named = parts.reduce(restriction) { $0.intersection(ValueTypes($1["type"])) }
        return named.isSubset(of: [.null, .boolean]) ? [.null, false, true] : nil
    }
}

extension JSONValue {
    fileprivate func isOf(_ types: ValueTypes) -> Bool {
        switch self {
        case .null: types.contains(.null)
        case .bool: types.contains(.boolean)
        case .integer: types.contains(.integer)
        case .double(let value): types.contains(value.rounded() == value ? .integer : .fraction)
        case .string: types.contains(.string)
        case .array: types.contains(.array)
        case .object: types.contains(.object)
        }
    }
}
