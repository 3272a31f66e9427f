internal import SibylJSON

extension FuzzTarget {
    /// The index and the pull parser agree on what is JSON and what is wrong with the rest; what they take is UTF-8 and
    /// means the same when it is written and read again.
    static let json = FuzzTarget(name: "json") { bytes in
        let fault = skippingFault(bytes)
        do {
            try JSONDocument().withParsed(bytes) { node in
                fuzzExpect(fault == nil, "a text that the index takes and the pull parser refuses: \(fault!)")
                fuzzExpect(isUTF8(bytes), "a text that is not UTF-8")
                expectStrings(in: node)
                expectPairs(in: node)
                expectRoundTrip(of: JSONValue(node))
            }
        } catch {
            fuzzExpect(error as? JSONError == fault, "two faults of one text: \(error), and skipping \(fault as Any)")
        }
    }

    private static func skippingFault(_ bytes: UnsafeRawBufferPointer) -> JSONError? {
        var parser = JSONParser(bytes)
        do throws(JSONError) {
            try parser.skipValue()
            try parser.finish()
            return nil
        } catch {
            return error
        }
    }

    private static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil
    }

    private static func expectRoundTrip(of value: JSONValue) {
        guard let written = try? value.bytes() else { return fuzzExpect(false, "a value that can't be written") }
        fuzzExpect(parsed(written) == value, "a value that changes when it is written and read")
        fuzzExpect(parsed(Array(value.prettyText.utf8)) == value, "a value that changes over several lines")
    }

    // MARK: - Strings

    private static func expectStrings(in node: JSONNode) {
        for element in node.elements { expectStrings(in: element) }
        for member in node.members {
            expectMeaning(of: member.key.stringText)
            expectStrings(in: member.value)
        }
        if node.kind == .string { expectMeaning(of: node.stringText) }
    }

    private static func expectMeaning(of text: JSONText) {
        fuzzExpect(text.raw.allSatisfy { $0 >= 0x20 }, "a string with a control character that is no escape")
        guard let meaning = meaning(of: text.raw).map({ Array($0.utf8) }) else {
            return fuzzExpect(false, "a string with half a surrogate pair")
        }
        fuzzExpect(Array(text.string.utf8) == meaning, "a string that is misread")
        fuzzExpect(meaning.withUnsafeBytes { text.equals($0) }, "a string that is not equal to its meaning")
        fuzzExpect(!(meaning + [0]).withUnsafeBytes { text.equals($0) }, "a string that is equal to a longer one")
        guard !meaning.isEmpty else { return }
        fuzzExpect(!meaning.dropLast().withUnsafeBytes { text.equals($0) }, "a string that is equal to a shorter one")
    }

    /// By way of UTF-16, in which an escape with digits is one unit whatever it belongs to. Nil for half a surrogate pair.
    private static func meaning(of raw: UnsafeRawBufferPointer) -> String? {
        var units: [UInt16] = []
        var rest = Substring(decoding: raw, as: UTF8.self).unicodeScalars
        while let scalar = rest.popFirst() {
            guard scalar == "\\", let escape = rest.popFirst() else {
                units.append(contentsOf: Character(scalar).utf16)
                continue
            }
            if escape == "u" {
                units.append(UInt16(String(rest.prefix(4)), radix: 16) ?? 0)
                rest.removeFirst(4)
            } else {
                let controls: [UnicodeScalar: UInt16] = ["b": 8, "t": 9, "n": 10, "f": 12, "r": 13]
                units.append(controls[escape] ?? UInt16(escape.value))
            }
        }
        return String(validating: units, as: UTF16.self)
    }

    // MARK: - Equality

    /// Of the first few elements of an array, each with each.
    private static func expectPairs(in node: JSONNode) {
        let elements = Array(node.elements.prefix(8))
        for one in elements {
            fuzzExpect(one.isEqual(to: one), "a value that is not equal to itself")
            for other in elements { expectWholeNumbers(one, other) }
            for other in elements where one.isEqual(to: other) {
                fuzzExpect(other.isEqual(to: one), "a value that is equal to another, but not the other way round")
                fuzzExpect(hash(of: one) == hash(of: other), "equal values with different hashes")
                for third in elements where other.isEqual(to: third) {
                    fuzzExpect(one.isEqual(to: third), "values that are equal to a third, but not to each other")
                }
            }
        }
    }

    private static func expectWholeNumbers(_ one: JSONNode, _ other: JSONNode) {
        guard let left = one.int64, let right = other.int64 else { return }
        fuzzExpect(one.isEqual(to: other) == (left == right), "\(left) and \(right) are equal, or are not")
    }

    private static func hash(of node: JSONNode) -> Int {
        var hasher = Hasher()
        node.hash(into: &hasher)
        return hasher.finalize()
    }
}
