/// A JSON text, parsed once into a flat index: field access, validation, decoding and the splitting of batches all run
/// over it, and none of them reads the text again.
///
/// A document is reused: once its buffer has grown to what a thread usually meets, parsing allocates nothing. It is not
/// `Sendable`; each thread has its own.
public final class JSONDocument {
    /// One value of the index. Values stand in the order of the text; a container is followed by all that is in it.
    struct Entry {
        /// Where the value's text begins; for a string, behind its opening quote.
        var offset: UInt32
        /// How long it is; for a string, without its quotes.
        var length: UInt32
        /// For a container, the index of the entry behind all that is in it; for a string, whether it has escapes.
        var next: UInt32
        /// Elements or members.
        var count: UInt32 = 0
        var kind: JSONKind
    }

    private var entries: [Entry] = []
    private let limits: JSONLimits

    public init(limits: JSONLimits = .standard) {
        self.limits = limits
        entries.reserveCapacity(64)
    }

    /// Parses `bytes` and lends `body` the root.
    ///
    /// Nodes are views into the document and the bytes: they must not leave `body`.
    ///
    /// - Throws: `JSONError` when the bytes are not JSON, or what `body` throws.
    public func withParsed<Result>(_ bytes: UnsafeRawBufferPointer, _ body: (JSONNode) throws -> Result) throws
        -> Result
    {
        try parse(bytes)
        return try entries.withUnsafeBufferPointer { entries in
            try body(JSONNode(entries: entries.baseAddress!, text: bytes.baseAddress!, index: 0))
        }
    }

    public func withParsed<Result>(_ bytes: [UInt8], _ body: (JSONNode) throws -> Result) throws -> Result {
        try bytes.withUnsafeBytes { try withParsed($0, body) }
    }

    private func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONError) {
        guard bytes.count < UInt32.max else {
            throw JSONError(code: .range, message: "a JSON text of 4 GiB or more can't be indexed", offset: 0)
        }
        entries.removeAll(keepingCapacity: true)
        var parser = JSONParser(bytes, limits: limits)
        try index(&parser)
        try parser.finish()
    }

    /// Indexes one value. The recursion is as deep as the parser's limit allows.
    private func index(_ parser: inout JSONParser) throws(JSONError) {
        switch try parser.peek() {
        case .object: try indexObject(&parser)
        case .array: try indexArray(&parser)
        case .string: append(try parser.string())
        case .number:
            let number = try parser.number()
            append(.number, from: number.offset, to: parser.position)
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

    private func indexObject(_ parser: inout JSONParser) throws(JSONError) {
        let begin = parser.position
        let container = entries.count
        append(.object, from: begin, to: begin)
        try parser.beginObject()
        var count: UInt32 = 0
        while let key = try parser.nextKey() {
            append(key)
            try index(&parser)
            count += 1
        }
        close(container, at: parser.position, count)
    }

    private func indexArray(_ parser: inout JSONParser) throws(JSONError) {
        let begin = parser.position
        let container = entries.count
        append(.array, from: begin, to: begin)
        try parser.beginArray()
        var count: UInt32 = 0
        while try parser.nextElement() {
            try index(&parser)
            count += 1
        }
        close(container, at: parser.position, count)
    }

    private func append(_ kind: JSONKind, from begin: Int, to end: Int) {
        entries.append(Entry(offset: UInt32(begin), length: UInt32(end - begin), next: 0, kind: kind))
    }

    private func append(_ text: JSONText) {
        entries.append(
            Entry(
                offset: UInt32(text.offset), length: UInt32(text.raw.count), next: text.hasEscapes ? 1 : 0,
                kind: .string))
    }

    private func close(_ container: Int, at end: Int, _ count: UInt32) {
        entries[container].length = UInt32(end) - entries[container].offset
        entries[container].next = UInt32(entries.count)
        entries[container].count = count
    }
}
