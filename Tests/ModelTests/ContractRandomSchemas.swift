import SibylModel

@testable import SibylTesting

/// Schemas at random, small enough that values at random meet them, and others that differ from them in a place or two.
struct RandomSchemas {
    var random: RandomSource
    /// Whether conditions, negations and the like are among them, of which less can be told.
    let hasHardKeywords: Bool

    private static let names = ["a", "b", "c"]

    init(seed: UInt64, hasHardKeywords: Bool) {
        random = RandomSource(seed: seed)
        self.hasHardKeywords = hasHardKeywords
    }

    /// A schema with definitions that refer to one another.
    mutating func document() -> JSONValue {
        var members = schema(depth: 0).object ?? ["type": ["string", "integer"]]
        var definitions = JSONObject()
        // Of objects and arrays: a schema that applies itself to the same value takes none.
        definitions["one"] = object(1)
        definitions["two"] = random.chance(percent: 50) ? object(1) : array(1)
        members["$defs"] = .object(definitions)
        return .object(members)
    }

    mutating func schema(depth: Int) -> JSONValue {
        if depth > 2 { return scalar() }
        switch random.below(hasHardKeywords ? 16 : 13) {
        case 0..<4: return object(depth)
        case 4, 5: return array(depth)
        case 6: return ["anyOf": .array(list(depth))]
        case 7: return ["oneOf": .array(list(depth))]
        case 8: return ["allOf": .array(list(depth))]
        case 9: return ["$ref": random.pick(["#/$defs/one", "#/$defs/two"])]
        case 10: return random.pick([true, [:], false])
        case 13: return ["not": schema(depth: depth + 1)]
        case 14: return condition(depth)
        case 15: return object(depth, hard: true)
        default: return scalar()
        }
    }

    private mutating func list(_ depth: Int) -> [JSONValue] {
        (0..<random.between(1...3)).map { _ in schema(depth: depth + 1) }
    }

    private mutating func condition(_ depth: Int) -> JSONValue {
        ["if": schema(depth: depth + 1), "then": schema(depth: depth + 1), "else": schema(depth: depth + 1)]
    }

    // MARK: - Scalars

    mutating func scalar() -> JSONValue {
        switch random.below(8) {
        case 0, 1: return numbers("number")
        case 2: return numbers("integer")
        case 3, 4: return strings()
        case 5: return ["enum": .array((0..<random.between(1...3)).map { _ in value(depth: 2) })]
        case 6: return ["type": .array(types())]
        default: return random.pick([["type": "boolean"], ["type": "null"], ["const": "a"], ["const": 1]])
        }
    }

    private mutating func types() -> [JSONValue] {
        let all = ["null", "boolean", "integer", "number", "string", "array", "object"]
        return all.filter { _ in random.chance(percent: 40) }.map { .string($0) }
    }

    private mutating func numbers(_ type: String) -> JSONValue {
        var members: JSONObject = ["type": random.chance(percent: 80) ? .string(type) : ["null", .string(type)]]
        for keyword in ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]
        where random.chance(percent: 25) {
            members[keyword] = number()
        }
        if random.chance(percent: 15) { members["multipleOf"] = random.pick([1, 2, 3, 0.5, 0.1, 0.2]) }
        return .object(members)
    }

    private mutating func strings() -> JSONValue {
        var members: JSONObject = ["type": "string"]
        if random.chance(percent: 30) { members["minLength"] = .integer(Int64(random.below(3))) }
        if random.chance(percent: 30) { members["maxLength"] = .integer(Int64(random.below(4))) }
        if random.chance(percent: 15) { members["pattern"] = random.pick(["a", "^b", "c$"]) }
        if random.chance(percent: 15) { members["enum"] = ["a", "b"] }
        return .object(members)
    }

    // MARK: - Containers

    private mutating func array(_ depth: Int) -> JSONValue {
        var members: JSONObject = random.chance(percent: 80) ? ["type": "array"] : [:]
        if random.chance(percent: 70) { members["items"] = schema(depth: depth + 1) }
        if random.chance(percent: 25) { members["prefixItems"] = .array(list(depth)) }
        if random.chance(percent: 25) { members["minItems"] = .integer(Int64(random.below(3))) }
        if random.chance(percent: 25) { members["maxItems"] = .integer(Int64(random.below(4))) }
        if random.chance(percent: 10) { members["uniqueItems"] = true }
        if hasHardKeywords, random.chance(percent: 20) {
            members["contains"] = schema(depth: depth + 1)
            if random.chance(percent: 40) { members["minContains"] = .integer(Int64(random.below(3))) }
            if random.chance(percent: 40) { members["maxContains"] = .integer(Int64(random.below(3))) }
        }
        return .object(members)
    }

    private mutating func object(_ depth: Int, hard: Bool = false) -> JSONValue {
        var members: JSONObject = random.chance(percent: 80) ? ["type": "object"] : [:]
        var properties = JSONObject()
        for name in Self.names where random.chance(percent: 55) { properties[name] = schema(depth: depth + 1) }
        members["properties"] = .object(properties)
        let required = Self.names.filter { _ in random.chance(percent: 25) }
        if !required.isEmpty { members["required"] = .array(required.map { .string($0) }) }
        if random.chance(percent: 35) {
            members["additionalProperties"] = random.chance(percent: 50) ? false : schema(depth: depth + 1)
        }
        if hard { addHardKeywords(to: &members, depth) }
        return .object(members)
    }

    private mutating func addHardKeywords(to members: inout JSONObject, _ depth: Int) {
        switch random.below(7) {
        case 0: members["patternProperties"] = .object(["^[ad]": schema(depth: depth + 1)])
        case 1:
            members["propertyNames"] = random.pick([["enum": ["a", "b", "d"]], ["pattern": "a"], ["maxLength": 1]])
        case 2: members["minProperties"] = .integer(Int64(random.below(3)))
        case 3: members["maxProperties"] = .integer(Int64(random.below(4)))
        case 4: members["dependentRequired"] = random.pick([["a": ["b"]], ["b": ["a", "c"]]])
        case 5: members["dependentSchemas"] = .object(["a": schema(depth: depth + 1)])
        default: members["unevaluatedProperties"] = random.chance(percent: 50) ? false : schema(depth: depth + 1)
        }
    }

    // MARK: - Values

    mutating func number() -> JSONValue {
        random.pick([-2, -1, 0, 1, 2, 3, 4, 0.5, -0.5, 1.5, 2.25, 0.1, 0.3, 1e300, 9_007_199_254_740_993])
    }

    mutating func value(depth: Int) -> JSONValue {
        switch random.below(depth < 2 ? 10 : 6) {
        case 0: return random.pick([.null, true, false])
        case 1, 2: return number()
        case 3, 4, 5: return .string(random.pick(["", "a", "b", "ab", "bc", "abc", "abcd"]))
        case 6: return .array((0..<random.below(4)).map { _ in value(depth: depth + 1) })
        default:
            var object = JSONObject()
            for name in Self.names + ["d"] where random.chance(percent: 45) { object[name] = value(depth: depth + 1) }
            return .object(object)
        }
    }

    // MARK: - Changes

    /// The schema with a change at a place or two.
    mutating func changed(_ schema: JSONValue) -> JSONValue {
        var schema = schema
        for _ in 0..<random.between(1...2) { schema = changedOnce(schema, depth: 0) }
        return schema
    }

    private mutating func changedOnce(_ schema: JSONValue, depth: Int) -> JSONValue {
        guard var members = schema.object, !members.isEmpty, !random.chance(percent: 15) else {
            return changedWhole(schema, depth)
        }
        let keyword = random.pick(members.keys)
        switch (keyword, members[keyword]) {
        case ("properties", .object(var map)?), ("$defs", .object(var map)?), ("dependentSchemas", .object(var map)?),
            ("patternProperties", .object(var map)?):
            guard !map.isEmpty, !random.chance(percent: 15) else { return changedKeyword(keyword, members, depth) }
            let name = random.pick(map.keys)
            map[name] = map[name].map { changedOnce($0, depth: depth + 1) }
            members[keyword] = .object(map)
        case ("anyOf", .array(var list)?), ("oneOf", .array(var list)?), ("allOf", .array(var list)?),
            ("prefixItems", .array(var list)?):
            let index = random.below(list.count)
            switch random.below(4) {
            case 0: list.append(self.schema(depth: depth + 1))
            case 1 where list.count > 1: list.remove(at: index)
            default: list[index] = changedOnce(list[index], depth: depth + 1)
            }
            members[keyword] = .array(list)
        case ("items", let child?), ("additionalProperties", let child?), ("not", let child?), ("if", let child?),
            ("then", let child?), ("else", let child?), ("contains", let child?):
            members[keyword] = changedOnce(child, depth: depth + 1)
        default: return changedKeyword(keyword, members, depth)
        }
        return .object(members)
    }

    private mutating func changedWhole(_ schema: JSONValue, _ depth: Int) -> JSONValue {
        switch random.below(5) {
        case 0: self.schema(depth: depth + 1)
        case 1: ["anyOf": [schema.withoutDefinitions, self.schema(depth: depth + 1)], "$defs": schema["$defs"] ?? [:]]
        case 2: ["allOf": [schema.withoutDefinitions], "$defs": schema["$defs"] ?? [:]]
        case 3: ["oneOf": [schema.withoutDefinitions, ["type": "null"]], "$defs": schema["$defs"] ?? [:]]
        default: schema
        }
    }

    /// Another value of the keyword, none, or one more keyword.
    private mutating func changedKeyword(_ keyword: String, _ members: JSONObject, _ depth: Int) -> JSONValue {
        var members = members
        let other = [object(depth), array(depth), numbers("number"), strings()][random.below(4)].object ?? [:]
        switch random.below(3) {
        case 0: if keyword != "$defs" { members[keyword] = nil }
        case 1: if let value = other[keyword] { members[keyword] = value }
        default:
            let added = random.pick(other.keys + ["minLength"])
            members[added] = other[added] ?? 1
        }
        return .object(members)
    }
}

extension JSONValue {
    fileprivate var withoutDefinitions: JSONValue {
        var members = object ?? [:]
        members["$defs"] = nil
        return object == nil ? self : .object(members)
    }
}
