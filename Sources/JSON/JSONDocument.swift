/// A JSON text, parsed once into a flat index: field access, validation, decoding and the splitting of batches all run
/// over it, and none of them reads the text again.
///
/// A document is reused: once its buffer has grown to what a thread usually meets, parsing allocates nothing. It is not
/// `Sendable`; each thread has its own.
public final class JSONDocument {
    private var entries = UnsafeMutableBufferPointer<JSONIndex.Entry>.allocate(capacity: 64)
    private let limits: JSONLimits
    private var isLent = false

    public init(limits: JSONLimits = .standard) {
        self.limits = limits
    }

    deinit {
        entries.deallocate()
    }

    /// Parses `bytes` and lends `body` the root.
    ///
    /// Nodes are views into the document and the bytes: they must not leave `body`. Inside it the document can't parse
    /// another text.
    ///
    /// - Throws: `JSONError` when the bytes are not JSON, or what `body` throws.
    @inlinable
    public func withParsed<Result>(_ bytes: UnsafeRawBufferPointer, _ body: (JSONNode) throws -> Result) throws
        -> Result
    {
        let root = try lend(bytes)
        defer { takeBack() }
        return try body(root)
    }

    @inlinable
    public func withParsed<Result>(_ bytes: [UInt8], _ body: (JSONNode) throws -> Result) throws -> Result {
        try bytes.withUnsafeBytes { try withParsed($0, body) }
    }

    @usableFromInline
    func lend(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> JSONNode {
        precondition(!isLent, "a document holds one text at a time")
        guard bytes.count < UInt32.max else {
            throw JSONError(code: .range, message: "a JSON text of 4 GiB or more can't be indexed", offset: 0)
        }
        var index = JSONIndex(in: entries)
        defer { entries = index.entries }
        try index.fill(from: bytes, limits)
        isLent = true
        // A text without a byte is no JSON, so this one has an address.
        return JSONNode(entries: UnsafePointer(index.entries.baseAddress!), text: bytes.baseAddress!, index: 0)
    }

    @usableFromInline
    func takeBack() {
        isLent = false
    }
}
