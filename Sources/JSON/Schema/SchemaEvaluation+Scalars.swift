/// Types, constants, numbers and strings.
extension SchemaEvaluation {
    mutating func checkScalar(_ schema: CompiledSchema, _ value: JSONNode) -> Bool {
        var isValid = true
        if !schema.types.isEmpty && !Self.matches(schema.types, value) {
            // What is of the wrong type breaks most other rules too, and saying so helps nobody.
            return fail("type", "must be \(schema.types.words), but is \(Self.shown(value))")
        }
        if let rules = schema.values { isValid = checkValue(rules, value) }
        if let rules = schema.numbers, value.kind == .number { isValid = checkNumber(rules, value) && isValid }
        if let rules = schema.strings, value.kind == .string { isValid = checkString(rules, value) && isValid }
        return isValid
    }

    private mutating func checkValue(_ rules: ValueRules, _ value: JSONNode) -> Bool {
        var isValid = true
        if let constant = rules.constant, !value.isEqual(to: constant) {
            isValid = fail("const", "must be \(constant), but is \(Self.shown(value))")
        }
        if let choices = rules.choices, !choices.contains(value) {
            isValid = fail("enum", "must be one of \(choices.words), but is \(Self.shown(value))")
        }
        return isValid
    }

    private static func matches(_ types: JSONTypes, _ value: JSONNode) -> Bool {
        switch value.kind {
        case .null: types.contains(.null)
        case .bool: types.contains(.boolean)
        case .string: types.contains(.string)
        case .array: types.contains(.array)
        case .object: types.contains(.object)
        case .number: types.contains(.number) || (types.contains(.integer) && isInteger(value))
        }
    }

    private static func isInteger(_ value: JSONNode) -> Bool {
        guard let number = value.number else { return false }
        if number.int64 != nil { return true }
        return number.double.rounded() == number.double
    }

    /// The value for a message: what a person can read at a glance.
    static func shown(_ value: JSONNode) -> String {
        switch value.kind {
        case .array: return "an array of \(value.count)"
        case .object: return "an object"
        default:
            return String(decoding: value.source, as: UTF8.self).shortened(to: 80)
        }
    }

    // MARK: - Numbers

    private mutating func checkNumber(_ rules: NumberRules, _ value: JSONNode) -> Bool {
        guard let number = value.number else { return false }
        let double = number.double
        var isValid = true
        if let bound = rules.minimum, Self.isBelow(number, double, bound) {
            isValid = fail("minimum", "must be at least \(bound.text), but is \(Self.shown(value))")
        }
        if let bound = rules.maximum, Self.isAbove(number, double, bound) {
            isValid = fail("maximum", "must be at most \(bound.text), but is \(Self.shown(value))")
        }
        if let bound = rules.exclusiveMinimum, !Self.isAbove(number, double, bound) {
            isValid = fail("exclusiveMinimum", "must be above \(bound.text), but is \(Self.shown(value))")
        }
        if let bound = rules.exclusiveMaximum, !Self.isBelow(number, double, bound) {
            isValid = fail("exclusiveMaximum", "must be below \(bound.text), but is \(Self.shown(value))")
        }
        if let multiple = rules.multipleOf, !Self.isMultiple(number, double, of: multiple) {
            isValid = fail("multipleOf", "must be a multiple of \(multiple.number.text), but is \(Self.shown(value))")
        }
        return isValid
    }

    /// As integers where both are: doubles take neighbours beyond 2^53 for equal.
    private static func isBelow(_ number: JSONNumberText, _ double: Double, _ bound: SchemaNumber) -> Bool {
        if let limit = bound.integer, number.isInteger, let integer = number.int64 { return integer < limit }
        return double < bound.double
    }

    private static func isAbove(_ number: JSONNumberText, _ double: Double, _ bound: SchemaNumber) -> Bool {
        if let limit = bound.integer, number.isInteger, let integer = number.int64 { return integer > limit }
        return double > bound.double
    }

    private static func isMultiple(
        _ number: JSONNumberText, _ double: Double, of multiple: (number: SchemaNumber, decimal: DecimalNumber)
    ) -> Bool {
        if let divisor = multiple.number.integer, let integer = number.int64 { return integer % divisor == 0 }
        if let exact = DecimalNumber(number.raw).isMultiple(of: multiple.decimal) { return exact }
        let quotient = double / multiple.number.double
        return quotient.isFinite && quotient.rounded() == quotient
    }

    // MARK: - Strings

    private mutating func checkString(_ rules: StringRules, _ value: JSONNode) -> Bool {
        let text = value.stringText
        var isValid = true
        if rules.minimumLength != nil || rules.maximumLength != nil {
            let length = Self.length(of: text)
            if let most = rules.maximumLength, length > most {
                // No pattern is tried: a search may take far longer than the string is long.
                return fail("maxLength", "must have at most \(most) characters, but has \(length)")
            }
            if let least = rules.minimumLength, length < least {
                isValid = fail("minLength", "must have at least \(least) characters, but has \(length)")
            }
        }
        if let pattern = rules.pattern, !pattern.matches(text.string) {
            isValid = fail("pattern", "must match \(pattern.text), but is \(Self.shown(value))")
        }
        return isValid
    }

    /// In code points, as the draft has it.
    private static func length(of text: JSONText) -> Int {
        if text.hasEscapes { return text.unescaped.count { $0 & 0xc0 != 0x80 } }
        return text.raw.count { $0 & 0xc0 != 0x80 }
    }
}
