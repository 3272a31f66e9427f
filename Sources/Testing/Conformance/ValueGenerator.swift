package import SibylModel

/// Makes values that meet a schema: the same ones for one seed, on every machine.
///
/// It follows what a schema says of types, bounds, sizes, members and choices, takes up its examples and defaults, and
/// has a validator look at the outcome. A `pattern` it can't make up, nor what several conditions ask for together.
package struct ValueGenerator {
    /// Values tried for each that is asked for. Most schemas take the first; a choice that can't be made up costs one.
    private static let attempts = 50
    /// Objects and arrays inside one another, beyond which only what must be there is made.
    private static let depth = 4
    /// Nobody learns more from more elements, but where a schema asks for them.
    private static let elements = 3
    /// Elements that differ: a long array, such as an image's row, repeats them.
    private static let different = 8
    /// More elements or characters than this are not made, whatever a schema asks for.
    private static let most: Int64 = 1_000_000
    /// Values made for one that is asked for, those in it included: a schema may ask for a tree without end.
    private static let effort = 10_000

    private let root: SchemaPart
    private let validator: SchemaValidator
    private let parser = JSONDocument()
    var random: RandomSource
    private var left = 0

    /// - Throws: `JSONSchemaError` for a schema that can't be used.
    package init(_ schema: JSONSchema, seed: UInt64) throws(JSONSchemaError) {
        root = try SchemaDocument(schema, name: "schema:").root
        validator = try SchemaValidator(schema)
        random = RandomSource(seed: seed)
    }

    /// A value that meets the schema; nil where none was found.
    package mutating func value() -> JSONValue? {
        for _ in 0..<Self.attempts {
            left = Self.effort
            if let value = value(of: Conjunction(root), depth: 0), isValid(value) { return value }
        }
        return nil
    }

    package func isValid(_ value: JSONValue) -> Bool {
        guard let bytes = try? value.bytes() else { return false }
        return (try? parser.withParsed(bytes) { validator.isValid($0) }) ?? false
    }

    // MARK: - Any value

    private mutating func value(of known: Conjunction, depth: Int) -> JSONValue? {
        // No deeper than a parser reads.
        guard left > 0, depth < JSONLimits.standard.depth else { return nil }
        left -= 1
        var known = known
        // Ends: each case is one choice less.
        while let cases = known.choices {
            let possible = cases.filter { !$0.isNever }
            guard !possible.isEmpty else { return nil }
            known = random.pick(possible)
        }
        if let values = known.finite { return values.isEmpty ? nil : random.pick(values) }
        let told = known.values("examples").flatMap { $0.array ?? [] } + known.values("default")
        if !told.isEmpty, random.chance(percent: 30) { return random.pick(told) }
        return value(of: known, type(of: known, depth: depth), depth: depth)
    }

    private mutating func type(of known: Conjunction, depth: Int) -> ValueTypes {
        let groups = known.types.groups
        let flat = groups.filter { $0.isDisjoint(with: [.array, .object]) }
        let choices = depth >= Self.depth && !flat.isEmpty ? flat : groups
        return choices.isEmpty ? [] : random.pick(choices)
    }

    private mutating func value(of known: Conjunction, _ type: ValueTypes, depth: Int) -> JSONValue? {
        switch type {
        case []: nil
        case .null: .null
        case .boolean: .bool(random.chance(percent: 50))
        case .string: string(known)
        case .array: array(known, depth: depth)
        case .object: object(known, depth: depth)
        default: number(known, type)
        }
    }

    // MARK: - Strings

    private mutating func string(_ known: Conjunction) -> JSONValue? {
        let least = known.largest("minLength") ?? 0
        let most = min(known.smallest("maxLength") ?? .max, max(least, 8))
        guard least <= most, least <= Self.most else { return nil }
        let letters = Array("abcdefgh XYZ09-_é")
        let count = random.between(Int(least)...Int(most))
        return .string(String((0..<count).map { _ in random.pick(letters) }))
    }

    // MARK: - Containers

    private mutating func array(_ known: Conjunction, depth: Int) -> JSONValue? {
        let least = known.largest("minItems") ?? 0
        let wanted = depth >= Self.depth ? least : max(least, Int64(max(known.prefixCount, Self.elements)))
        let most = min(known.maximumCount ?? .max, wanted)
        guard least <= most, least <= Self.most else { return nil }
        var elements: [JSONValue] = []
        let repeats = known.values("uniqueItems").contains(true) ? .max : known.prefixCount + Self.different
        for index in 0..<random.between(Int(least)...Int(most)) {
            guard index < repeats else {
                elements.append(elements[index - Self.different])
                continue
            }
            guard let element = value(of: known.element(index), depth: depth + 1) else { return nil }
            elements.append(element)
        }
        return .array(elements)
    }

    private mutating func object(_ known: Conjunction, depth: Int) -> JSONValue? {
        var object = JSONObject()
        let required = known.required
        var seen: Set<ExactName> = []
        for name in known.properties + known.parts.flatMap({ $0.names("required") }) where seen.insert(name).inserted {
            let isRequired = required.contains(name)
            guard isRequired || (depth < Self.depth && random.chance(percent: 60)) else { continue }
            if let member = value(of: known.member(name), depth: depth + 1) {
                object[name.text] = member
            } else if isRequired {
                return nil
            }
        }
        let least = Int(min(known.largest("minProperties") ?? 0, Self.most))
        addMembers(to: &object, least: least, known, depth: depth)
        return .object(object)
    }

    /// Members of other names, where they are allowed: as many as there must be, and now and then one more.
    private mutating func addMembers(to object: inout JSONObject, least: Int, _ known: Conjunction, depth: Int) {
        let further = depth < Self.depth && random.chance(percent: 20) ? 1 : 0
        let most = Int(min(known.smallest("maxProperties") ?? .max, Int64(max(least, object.count + further))))
        // Ends with the names, whichever of them are allowed.
        for number in 0..<max(0, most - object.count) * 2 where object.count < most {
            let name = ExactName(random.pick(["a", "b", "c", "d", "key"]) + (number > 5 ? "\(number)" : ""))
            guard object[name.text] == nil else { continue }
            if let member = value(of: known.member(name), depth: depth + 1) { object[name.text] = member }
        }
    }
}
