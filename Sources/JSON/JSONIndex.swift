/// The values of one text, in its order; a container is followed by all that is in it.
struct JSONIndex {
    struct Entry {
        /// Where the value's text begins; for a string, behind its opening quote.
        var offset: UInt32
        /// How long it is; for a string, without its quotes.
        var length: UInt32
        /// For a container, the index of the entry behind all that is in it; for a string, whether it has escapes; for a
        /// number, its exponent and signs as `JSONNumberText.packed` has them.
        var next: UInt32
        /// Elements or members; for a number, its digits.
        var count: UInt32 = 0
        var kind: JSONKind
    }

    /// Room for entries, the document's own, which is replaced when it is too small.
    private(set) var entries: UnsafeMutableBufferPointer<Entry>
    private var count = 0

    init(in room: UnsafeMutableBufferPointer<Entry>) {
        entries = room
    }

    /// Indexes a whole text.
    mutating func fill(from bytes: UnsafeRawBufferPointer, _ limits: JSONLimits) throws(JSONError) {
        var parser = JSONParser(bytes, limits: limits)
        try appendValue(&parser)
        try parser.finish()
    }

    /// Indexes one value. The recursion is as deep as the parser's limit allows.
    private mutating func appendValue(_ parser: inout JSONParser) throws(JSONError) {
        switch try parser.peek() {
        case .object: try appendObject(&parser)
        case .array: try appendArray(&parser)
        case .string: append(try parser.scanString())
        case .number:
            append(try parser.scanNumber())
        case .bool:
            let begin = parser.position
            _ = try parser.bool()
            append(.bool, from: begin, to: parser.position)
        case .null:
            let begin = parser.position
            try parser.null()
            append(.null, from: begin, to: parser.position)
        }
    }

    private mutating func appendObject(_ parser: inout JSONParser) throws(JSONError) {
        let container = count
        append(.object, from: parser.position, to: parser.position)
        try parser.beginObject()
        var members: UInt32 = 0
        while let key = try parser.nextKey() {
            append(key)
            try appendValue(&parser)
            members += 1
        }
        close(container, at: parser.position, members)
    }

    private mutating func appendArray(_ parser: inout JSONParser) throws(JSONError) {
        let container = count
        append(.array, from: parser.position, to: parser.position)
        try parser.beginArray()
        var elements: UInt32 = 0
        while try parser.nextElement() {
            try appendValue(&parser)
            elements += 1
        }
        close(container, at: parser.position, elements)
    }

    // MARK: - Entries
    // A text has less than 4 GiB, so that what counts its bytes or its values fits 32 bits.

    @inline(__always)
    private mutating func append(_ entry: Entry) {
        if count == entries.count { grow() }
        entries.initializeElement(at: count, to: entry)
        count += 1
    }

    private mutating func append(_ kind: JSONKind, from begin: Int, to end: Int) {
        append(
            Entry(
                offset: UInt32(truncatingIfNeeded: begin), length: UInt32(truncatingIfNeeded: end - begin), next: 0,
                kind: kind))
    }

    private mutating func append(_ text: JSONText) {
        append(
            Entry(
                offset: UInt32(truncatingIfNeeded: text.offset), length: UInt32(truncatingIfNeeded: text.raw.count),
                next: text.hasEscapes ? 1 : 0, kind: .string))
    }

    private mutating func append(_ number: JSONNumberText) {
        let packed = number.packed
        append(
            Entry(
                offset: UInt32(truncatingIfNeeded: number.offset),
                length: UInt32(truncatingIfNeeded: number.raw.count), next: packed.form, count: packed.digits,
                kind: .number))
    }

    private mutating func close(_ container: Int, at end: Int, _ count: UInt32) {
        entries[container].length = UInt32(truncatingIfNeeded: end) - entries[container].offset
        entries[container].next = UInt32(truncatingIfNeeded: self.count)
        entries[container].count = count
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutableBufferPointer<Entry>.allocate(capacity: entries.count * 2)
        _ = larger.moveInitialize(fromContentsOf: UnsafeMutableBufferPointer(rebasing: entries[..<count]))
        entries.deallocate()
        entries = larger
    }
}
