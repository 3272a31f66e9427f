internal import SibylJSON

extension FuzzTarget {
    /// A schema in the first line, a value in the rest: verdicts are the same however they are asked for.
    static let schema = FuzzTarget(name: "schema") { bytes in
        guard let lineEnd = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return }
        let head = UnsafeRawBufferPointer(rebasing: bytes[..<lineEnd])
        let tail = UnsafeRawBufferPointer(rebasing: bytes[(lineEnd + 1)...])
        guard let json = parsed(head), !hasCostlyPattern(json), let validator = validator(json) else { return }
        try? JSONDocument().withParsed(tail) { value in
            let violations = validator.violations(in: value)
            fuzzExpect(validator.isValid(value) == violations.isEmpty, "two verdicts on one value: \(violations)")
            fuzzExpect(violations.count <= SchemaValidator.maximumViolations, "more violations than the most")
            for violation in violations { expectPointer(violation.path) }
            // What refers to other places means something else in another place.
            if !head.contains(UInt8(ascii: "$")) { expectAlgebra(json, value, isValid: violations.isEmpty) }
            expectUniqueItems(value)
        }
    }

    private static func validator(_ json: JSONValue) -> SchemaValidator? {
        try? SchemaValidator(JSONSchema(json))
    }

    /// Schemas whose verdict follows from another's.
    private static func expectAlgebra(_ json: JSONValue, _ value: JSONNode, isValid: Bool) {
        let copy = JSONValue(value)
        let followers: [(JSONValue, Bool)] = [
            (["not": json], !isValid), (["not": ["not": json]], isValid), (["allOf": [json, true]], isValid),
            (["anyOf": [false, json]], isValid), (["oneOf": [json, json]], false), (["oneOf": [json, false]], isValid),
            (["if": json, "then": true, "else": false], isValid), (["enum": [copy, [copy]]], true),
            (["const": copy], true), (["not": ["const": [copy]]], true),
        ]
        for (schema, verdict) in followers {
            // One level more may be one too many.
            guard let validator = validator(schema) else { continue }
            fuzzExpect(validator.isValid(value) == verdict, "\(schema) is not \(verdict) for \(copy)")
        }
        // Where one thing is wrong, nothing else is said to be.
        guard isValid, let validator = validator(["allOf": [false, json]]) else { return }
        let violations = validator.violations(in: value)
        fuzzExpect(violations.map(\.rule) == ["false"], "\(violations) of what is valid")
    }

    /// Each element compared with each, which the validator has no time for.
    private static func expectUniqueItems(_ value: JSONNode) {
        let elements = Array(value.elements)
        guard (1...32).contains(elements.count), let validator = validator(["uniqueItems": true]) else { return }
        let hasTwins = elements.indices.contains { index in
            elements[..<index].contains { $0.isEqual(to: elements[index]) }
        }
        fuzzExpect(validator.isValid(value) != hasTwins, "twins that are overlooked, or none that are seen")
    }

    private static func expectPointer(_ path: String) {
        fuzzExpect(path.isEmpty || path.hasPrefix("/"), "\(path) is no JSON pointer")
        let escapes = path.split(separator: "~", omittingEmptySubsequences: false).dropFirst()
        fuzzExpect(escapes.allSatisfy { "01".contains($0.first ?? "x") }, "\(path) is no JSON pointer")
    }

    /// Whether a pattern repeats something. Matching is the standard library's and goes back and forth as long as it
    /// likes; what is tested here is what comes of a match.
    private static func hasCostlyPattern(_ json: JSONValue) -> Bool {
        let isCostly = { (text: String) in text.contains { "*+{?(\\".contains($0) } }
        if let elements = json.array { return elements.contains(where: hasCostlyPattern) }
        guard let members = json.object else { return false }
        if members["pattern"]?.string.map(isCostly) ?? false { return true }
        if members["patternProperties"]?.object?.contains(where: { isCostly($0.key) }) ?? false { return true }
        return members.contains { hasCostlyPattern($0.value) }
    }
}
