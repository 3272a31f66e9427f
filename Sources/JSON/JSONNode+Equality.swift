/// Equality as JSON Schema has it: numbers by value, strings by their bytes, arrays in order, objects without order. It
/// takes time in the size of the values.
extension JSONNode {
    public func isEqual(to other: JSONNode) -> Bool {
        switch (kind, other.kind) {
        case (.null, .null): true
        case (.bool, .bool): bool == other.bool
        case (.number, .number): NumberIdentity(number) == NumberIdentity(other.number)
        case (.string, .string): MemberName(stringText) == MemberName(other.stringText)
        case (.array, .array):
            count == other.count && zip(elements, other.elements).allSatisfy { $0.isEqual(to: $1) }
        case (.object, .object): isEqualObject(other)
        default: false
        }
    }

    /// Whether a node is equal to a value that owns what it holds. Such a value's numbers are whole ones of 64 bits, or
    /// rounded: there a number that is no whole one of 64 bits is compared as a double.
    func isEqual(to value: JSONValue) -> Bool {
        switch value {
        case .null: return isNull
        case .bool(let expected): return bool == expected
        case .integer(let expected): return int64.map { $0 == expected } ?? (double == Double(expected))
        case .double(let expected): return int64 == nil && double == expected
        case .string(let expected):
            return kind == .string && Array(expected.utf8).withUnsafeBytes { stringText.equals($0) }
        case .array(let expected):
            return kind == .array && count == expected.count
                && zip(elements, expected).allSatisfy { $0.isEqual(to: $1) }
        case .object(let expected):
            guard kind == .object, count >= expected.count else { return false }
            let members = MemberIndex(self)
            return members.count == expected.count
                && expected.allSatisfy { key, value in members[key]?.isEqual(to: value) ?? false }
        }
    }

    /// By way of a dictionary, so that large objects cost no more than their size.
    private func isEqualObject(_ other: JSONNode) -> Bool {
        let mine = MemberIndex(self)
        let theirs = MemberIndex(other)
        guard mine.count == theirs.count else { return false }
        return mine.allSatisfy { name, value in theirs[name].map { value.isEqual(to: $0) } ?? false }
    }

    /// Values that are equal hash alike, and others don't: arrays tell where they begin and end.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        switch kind {
        case .null: break
        case .bool: hasher.combine(bool)
        case .number: hasher.combine(NumberIdentity(number))
        case .string: hasher.combine(MemberName(stringText))
        case .array:
            hasher.combine(count)
            for element in elements { element.hash(into: &hasher) }
        case .object:
            // Members have no order: their hashes are added.
            let sum = MemberIndex(self).reduce(0) { sum, member in
                var one = Hasher()
                one.combine(member.name)
                member.value.hash(into: &one)
                return sum &+ one.finalize()
            }
            hasher.combine(sum)
        }
    }
}

/// What tells numbers apart: the whole number where it is one of 64 bits, so that neighbours beyond 2^53 differ, else the
/// nearest double.
private enum NumberIdentity: Hashable {
    case whole(Int64)
    case beyondInt64(UInt64)
    case double(Double)

    init(_ number: JSONNumberText?) {
        if let whole = number?.int64 {
            self = .whole(whole)
        } else if let whole = number?.uint64 {
            self = .beyondInt64(whole)
        } else {
            self = .double(number?.double ?? 0)
        }
    }
}
