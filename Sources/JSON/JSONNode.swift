/// A view of one value of a `JSONDocument`; valid inside the `withParsed` that lent it.
public struct JSONNode {
    let entries: UnsafePointer<JSONIndex.Entry>
    let text: UnsafeRawPointer
    let index: Int

    @inline(__always)
    private var entry: JSONIndex.Entry { entries[index] }

    @inline(__always)
    private func node(_ index: Int) -> JSONNode { JSONNode(entries: entries, text: text, index: index) }

    /// The index behind this value and all that is in it.
    @inline(__always)
    private var following: Int {
        switch entry.kind {
        case .object, .array: Int(entry.next)
        default: index + 1
        }
    }

    /// How many values are in this one, itself and keys included.
    var extent: Int { following - index }

    public var kind: JSONKind { entry.kind }

    /// The value's own text; a string's is its content as it was written, without the quotes.
    public var rawBytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: text + Int(entry.offset), count: Int(entry.length))
    }

    /// The value's text, quotes included.
    public var source: UnsafeRawBufferPointer {
        guard entry.kind == .string else { return rawBytes }
        return UnsafeRawBufferPointer(start: text + Int(entry.offset) - 1, count: Int(entry.length) + 2)
    }

    // MARK: - Scalars

    public var isNull: Bool { entry.kind == .null }

    public var bool: Bool? {
        guard entry.kind == .bool else { return nil }
        return entry.length == 4
    }

    /// The nearest double of a number.
    public var double: Double? { number?.double }

    /// A number that is whole and fits; 1.0 and 1e2 are whole.
    public var int64: Int64? { number?.int64 }

    public var uint64: UInt64? { number?.uint64 }

    /// A number's digits; nil for what is no number.
    public var number: JSONNumberText? {
        let entry = entry
        guard entry.kind == .number else { return nil }
        return JSONNumberText(packed: (entry.count, entry.next), raw: rawBytes, offset: Int(entry.offset))
    }

    /// A string's meaning.
    public var string: String? {
        guard entry.kind == .string else { return nil }
        return stringText.string
    }

    /// A string or key as it stands in the text, comparable without making a `String`.
    ///
    /// - Precondition: the kind is `string`.
    public var stringText: JSONText {
        JSONText(raw: rawBytes, hasEscapes: entry.next == 1, offset: Int(entry.offset))
    }

    // MARK: - Containers

    /// Elements of an array, members of an object (a key that stands twice counts twice), 0 for all else.
    public var count: Int {
        switch entry.kind {
        case .object, .array: Int(entry.count)
        default: 0
        }
    }

    /// The member of that name; where the key stands twice, the last.
    public subscript(key: StaticString) -> JSONNode? {
        var found: JSONNode?
        for member in members where member.key.stringText.equals(key) { found = member.value }
        return found
    }

    // Disfavored, or literals would be strings too.
    @_disfavoredOverload
    public subscript(key: String) -> JSONNode? {
        var key = key
        return key.withUTF8 { utf8 in
            var found: JSONNode?
            for member in members where member.key.stringText.equals(UnsafeRawBufferPointer(utf8)) {
                found = member.value
            }
            return found
        }
    }

    /// The elements of an array; empty for all else.
    public var elements: Elements {
        let isArray = entry.kind == .array
        return Elements(node: node(index + 1), end: isArray ? Int(entry.next) : index + 1)
    }

    /// The members of an object, in the order of the text; empty for all else.
    public var members: Members {
        let isObject = entry.kind == .object
        return Members(node: node(index + 1), end: isObject ? Int(entry.next) : index + 1)
    }

    public struct Elements: Sequence, IteratorProtocol {
        var node: JSONNode
        let end: Int

        public mutating func next() -> JSONNode? {
            guard node.index < end else { return nil }
            let current = node
            node = current.node(current.following)
            return current
        }
    }

    public struct Members: Sequence, IteratorProtocol {
        var node: JSONNode
        let end: Int

        public mutating func next() -> (key: JSONNode, value: JSONNode)? {
            guard node.index < end else { return nil }
            let key = node
            let value = key.node(key.index + 1)
            node = value.node(value.following)
            return (key, value)
        }
    }
}
