internal import SibylJSON

/// The types of values, as a set: whole numbers apart from others, so that `integer` is part of `number`.
package struct ValueTypes: OptionSet, Hashable {
    package let rawValue: UInt8

    package static let null = ValueTypes(rawValue: 1)
    package static let boolean = ValueTypes(rawValue: 2)
    package static let integer = ValueTypes(rawValue: 4)
    package static let fraction = ValueTypes(rawValue: 8)
    package static let string = ValueTypes(rawValue: 16)
    package static let array = ValueTypes(rawValue: 32)
    package static let object = ValueTypes(rawValue: 64)

    package static let number: ValueTypes = [.integer, .fraction]
    package static let all: ValueTypes = [.null, .boolean, .number, .string, .array, .object]

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// What a schema's `type` allows.
    init(_ value: JSONValue?) {
        // An empty list says nothing, to a validator too.
        guard let value, value != [] else {
            self = .all
            return
        }
        self = []
        for name in value.array ?? [value] { formUnion(Self.named(name.string)) }
    }

    private static func named(_ name: String?) -> ValueTypes {
        switch name {
        case "null": .null
        case "boolean": .boolean
        case "integer": .integer
        case "number": .number
        case "string": .string
        case "array": .array
        case "object": .object
        default: []
        }
    }

    /// One set for each type, numbers together.
    package var groups: [ValueTypes] {
        [.null, .boolean, .number, .string, .array, .object].map(intersection).filter { !$0.isEmpty }
    }

    /// For people: `a number or null`.
    var words: String {
        if self == .all { return "any value" }
        let words = groups.map { group in
            switch group {
            case .null: "null"
            case .boolean: "a boolean"
            case .integer: "an integer"
            case .fraction: "a number that is not whole"
            case .number: "a number"
            case .string: "a string"
            case .array: "an array"
            default: "an object"
            }
        }
        // Null at the end, as people say it.
        let last = words.filter { $0 == "null" }
        return words.isEmpty ? "nothing" : (words.filter { $0 != "null" } + last).joined(separator: " or ")
    }
}
