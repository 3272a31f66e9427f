internal import SibylModel

/// Values that a place's schema is likely to refuse, those that say most first.
enum FaultyValues {
    /// Longer texts and arrays are not made.
    private static let longest: Int64 = 100_000

    /// - Parameter value: what is there, which is right.
    static func all(for known: Conjunction, insteadOf value: JSONValue) -> [JSONValue] {
        ofOtherTypes(than: known) + beyondBounds(of: known) + sizes(of: known, insteadOf: value)
            + ["no such choice", -1, 0.5, 1e300, [], [:]]
    }

    private static func ofOtherTypes(than known: Conjunction) -> [JSONValue] {
        let types = known.types
        let samples: [(ValueTypes, JSONValue)] = [
            (.string, "text"), (.null, .null), (.boolean, true), (.integer, 1), (.array, [[1]]), (.object, ["a": 1]),
        ]
        return samples.filter { types.isDisjoint(with: $0.0) }.map(\.1)
    }

    private static func beyondBounds(of known: Conjunction) -> [JSONValue] {
        let isWhole = !known.types.contains(.fraction)
        return ["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"].flatMap { keyword in
            known.values(keyword).compactMap(\.double).map { bound in
                if keyword.hasPrefix("exclusive") { return json(bound) }
                // Near enough to tell a bound that is slightly off.
                let step = isWhole ? 1 : max(bound.magnitude, 1) * 0.000001
                return json(keyword == "minimum" ? bound - step : bound + step)
            }
        }
    }

    private static func sizes(of known: Conjunction, insteadOf value: JSONValue) -> [JSONValue] {
        var values: [JSONValue] = []
        if let most = known.smallest("maxLength"), most < longest {
            values.append(.string(String(repeating: "x", count: Int(most) + 1)))
        }
        if let least = known.largest("minLength"), least > 0, least < longest {
            values.append(.string(String(repeating: "x", count: Int(least) - 1)))
        }
        if let elements = value.array, let first = elements.first {
            values.append(.array(Array(elements.dropLast())))
            if let most = known.maximumCount, most < longest {
                values.append(.array(elements + Array(repeating: first, count: max(0, Int(most) + 1 - elements.count))))
            }
        }
        return values
    }

    /// Whole numbers as such.
    private static func json(_ value: Double) -> JSONValue {
        Int64(exactly: value).map { .integer($0) } ?? .double(value)
    }
}
