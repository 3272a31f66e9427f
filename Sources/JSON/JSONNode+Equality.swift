/// Equality as JSON Schema has it: numbers by value, strings by meaning, arrays in order, objects without order.
extension JSONNode {
    public func isEqual(to other: JSONNode) -> Bool {
        switch (kind, other.kind) {
        case (.null, .null): true
        case (.bool, .bool): bool == other.bool
        case (.number, .number): Self.isEqual(number, other.number)
        case (.string, .string): Self.isEqual(stringText, other.stringText)
        case (.array, .array): isEqualArray(other)
        case (.object, .object): isEqualObject(other)
        default: false
        }
    }

    private static func isEqual(_ one: JSONNumberText?, _ other: JSONNumberText?) -> Bool {
        guard let one, let other else { return false }
        if let left = one.int64, let right = other.int64 { return left == right }
        if let left = one.uint64, let right = other.uint64 { return left == right }
        return one.double == other.double
    }

    private static func isEqual(_ one: JSONText, _ other: JSONText) -> Bool {
        if !one.hasEscapes && !other.hasEscapes { return one.raw.elementsEqual(other.raw) }
        return one.unescaped == other.unescaped
    }

    private func isEqualArray(_ other: JSONNode) -> Bool {
        guard count == other.count else { return false }
        return zip(elements, other.elements).allSatisfy { $0.isEqual(to: $1) }
    }

    /// By way of a dictionary, so that large objects cost no more than their size.
    private func isEqualObject(_ other: JSONNode) -> Bool {
        let mine = dictionary
        let theirs = other.dictionary
        guard mine.count == theirs.count else { return false }
        return mine.allSatisfy { key, value in theirs[key].map { value.isEqual(to: $0) } ?? false }
    }

    private var dictionary: [String: JSONNode] {
        var dictionary: [String: JSONNode] = [:]
        for member in members { dictionary[member.key.stringText.string] = member.value }
        return dictionary
    }

    /// Values that are equal hash alike.
    public func hash(into hasher: inout Hasher) {
        switch kind {
        case .null: hasher.combine(0)
        case .bool: hasher.combine(bool)
        case .number: hasher.combine(double)
        case .string: hasher.combine(stringText.string)
        case .array: for element in elements { element.hash(into: &hasher) }
        case .object:
            // Members have no order: their hashes are added.
            let sum = dictionary.reduce(0) { sum, member in
                var one = Hasher()
                one.combine(member.key)
                member.value.hash(into: &one)
                return sum &+ one.finalize()
            }
            hasher.combine(sum)
        }
    }
}
