/// A schema and all that it refers to, compiled. Schemas name each other by their places in `schemas`, so that cycles
/// are no problem.
final class SchemaProgram: Sendable {
    let schemas: [CompiledSchema]
    /// For each resource, by its number, the schemas that its dynamic anchors name.
    let dynamicAnchors: [[String: Int]]
    /// Whether any resource has a dynamic anchor: else nobody asks for the dynamic scope.
    let hasDynamicAnchors: Bool
    let root: Int

    init(schemas: [CompiledSchema], dynamicAnchors: [[String: Int]], root: Int) {
        self.schemas = schemas
        self.dynamicAnchors = dynamicAnchors
        hasDynamicAnchors = dynamicAnchors.contains { !$0.isEmpty }
        self.root = root
    }
}

/// The types of a value, as a set. A whole number is an integer and a number.
struct JSONTypes: OptionSet, Sendable {
    let rawValue: UInt8

    static let null = JSONTypes(rawValue: 1)
    static let boolean = JSONTypes(rawValue: 2)
    static let number = JSONTypes(rawValue: 4)
    static let integer = JSONTypes(rawValue: 8)
    static let string = JSONTypes(rawValue: 16)
    static let array = JSONTypes(rawValue: 32)
    static let object = JSONTypes(rawValue: 64)

    static let names: [(name: String, type: JSONTypes)] = [
        ("null", .null), ("boolean", .boolean), ("integer", .integer), ("number", .number), ("string", .string),
        ("array", .array), ("object", .object),
    ]

    /// For people: `a number or a string`.
    var words: String {
        let words = Self.names.filter { contains($0.type) }.map { name, type in
            switch type {
            case .null: "null"
            case .integer, .array, .object: "an \(name)"
            default: "a \(name)"
            }
        }
        return words.joined(separator: " or ")
    }
}

/// One schema with its rules, grouped by what they look at.
///
/// It and its rules are classes, and immutable, so that looking at one copies nothing.
final class CompiledSchema: Sendable {
    /// The resource that the schema is part of: entering another one extends the dynamic scope.
    let resource: Int
    /// `false` as a schema.
    let refusesAll: Bool
    /// Empty for every type.
    let types: JSONTypes
    let values: ValueRules?
    let numbers: NumberRules?
    let strings: StringRules?
    let arrays: ArrayRules?
    let objects: ObjectRules?
    let applicators: [Applicator]
    let unevaluatedItems: Int?
    let unevaluatedProperties: Int?

    init(
        resource: Int, refusesAll: Bool = false, types: JSONTypes = [], values: ValueRules? = nil,
        numbers: NumberRules? = nil, strings: StringRules? = nil, arrays: ArrayRules? = nil,
        objects: ObjectRules? = nil, applicators: [Applicator] = [], unevaluatedItems: Int? = nil,
        unevaluatedProperties: Int? = nil
    ) {
        self.resource = resource
        self.refusesAll = refusesAll
        self.types = types
        self.values = values
        self.numbers = numbers
        self.strings = strings
        self.arrays = arrays
        self.objects = objects
        self.applicators = applicators
        self.unevaluatedItems = unevaluatedItems
        self.unevaluatedProperties = unevaluatedProperties
    }

    var wantsTracking: Bool { unevaluatedItems != nil || unevaluatedProperties != nil }
}

/// What `const` and `enum` allow.
final class ValueRules: @unchecked Sendable {
    // Sendable because only the compiler writes it, before it hands the program out.

    var constant: JSONValue?
    var choices: SchemaChoices?
}

/// A number of a schema: as an integer where it is one, since doubles confuse large ones.
struct SchemaNumber: Sendable {
    var double: Double
    var integer: Int64?

    var text: String { (integer.map { .integer($0) } ?? JSONValue.double(double)).description }
}

final class NumberRules: @unchecked Sendable {
    // Sendable because only the compiler writes it, before it hands the program out.

    var minimum: SchemaNumber?
    var maximum: SchemaNumber?
    var exclusiveMinimum: SchemaNumber?
    var exclusiveMaximum: SchemaNumber?
    var multipleOf: (number: SchemaNumber, decimal: DecimalNumber)?
}

final class StringRules: @unchecked Sendable {
    // Sendable because only the compiler writes it, before it hands the program out.

    var minimumLength: Int?
    var maximumLength: Int?
    var pattern: SchemaPattern?
}

final class ArrayRules: @unchecked Sendable {
    // Sendable because only the compiler writes it, before it hands the program out.

    var prefix: [Int] = []
    var items: Int?
    var contains: Int?
    var minimumContains = 1
    var maximumContains: Int?
    var minimumCount: Int?
    var maximumCount: Int?
    var isUnique = false
}

final class ObjectRules: Sendable {
    /// The keys that `properties` and `required` name.
    let keys: SchemaKeyTable
    /// By place in `keys`; -1 for a key that is only required.
    let properties: [Int]
    /// Places in `keys`.
    let required: [Int]
    let patterns: [(pattern: SchemaPattern, schema: Int)]
    let additional: Int?
    let names: Int?
    let minimumCount: Int?
    let maximumCount: Int?
    let dependentRequired: [(key: String, required: [String])]

    init(
        keys: SchemaKeyTable, properties: [Int], required: [Int],
        patterns: [(pattern: SchemaPattern, schema: Int)], additional: Int?, names: Int?,
        minimumCount: Int?, maximumCount: Int?, dependentRequired: [(key: String, required: [String])]
    ) {
        self.keys = keys
        self.properties = properties
        self.required = required
        self.patterns = patterns
        self.additional = additional
        self.names = names
        self.minimumCount = minimumCount
        self.maximumCount = maximumCount
        self.dependentRequired = dependentRequired
    }
}

/// A keyword that applies other schemas to the same value.
enum Applicator: Sendable {
    case reference(Int)
    /// To the outermost schema of the dynamic scope that has the anchor, else to the one that is named.
    case dynamicReference(anchor: String, otherwise: Int)
    case allOf([Int])
    case anyOf([Int])
    case oneOf([Int])
    case not(Int)
    case condition(if: Int, then: Int?, otherwise: Int?)
    case dependentSchemas([(key: String, schema: Int)])
}

/// Finds a key among those that a schema names.
struct SchemaKeyTable: Sendable {
    let keys: [String]
    /// The keys' UTF-8, one behind the other, and where each ends.
    private var text: [UInt8] = []
    private var ends: [Int] = []
    /// Places by hash, -1 where there is none; a power of two in size and at most half full.
    private var slots: [Int32]

    init(_ keys: [String]) {
        self.keys = keys
        var size = 4
        while size < keys.count * 2 { size *= 2 }
        slots = [Int32](repeating: -1, count: size)
        for (place, key) in keys.enumerated() {
            var slot = Array(key.utf8).withUnsafeBytes { Self.hash($0) } & (size - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = Int32(place)
            text += key.utf8
            ends.append(text.count)
        }
    }

    /// - Parameter hint: where the key stands if the value's keys are in the schema's order, as they often are.
    func place(of key: JSONText, hint: Int) -> Int? {
        guard !key.hasEscapes else { return key.unescaped.withUnsafeBytes { place(of: $0) } }
        if hint < keys.count, isKey(hint, key.raw) { return hint }
        return place(of: key.raw)
    }

    private func place(of key: UnsafeRawBufferPointer) -> Int? {
        if keys.isEmpty { return nil }
        var slot = Self.hash(key) & (slots.count - 1)
        // Ends at an empty slot: half of them are.
        while slots[slot] >= 0 {
            if isKey(Int(slots[slot]), key) { return Int(slots[slot]) }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private func isKey(_ place: Int, _ key: UnsafeRawBufferPointer) -> Bool {
        let range = (place == 0 ? 0 : ends[place - 1])..<ends[place]
        return text.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: $0[range]).isEqual(to: key) }
    }

    /// FNV-1a: short keys, no need to resist an attack, since the keys are the schema's own.
    private static func hash(_ key: UnsafeRawBufferPointer) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in key { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: hash ^ (hash >> 32))
    }
}
