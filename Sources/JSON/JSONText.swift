/// A string of a JSON text as it stands there: the bytes between its quotes, checked but not yet unescaped.
public struct JSONText {
    /// The raw content, escapes as they were written; valid as long as the parsed bytes are.
    public let raw: UnsafeRawBufferPointer
    public let hasEscapes: Bool
    /// Where the content begins, in bytes from the start of the text.
    public let offset: Int

    /// - Parameter raw: content that a parser has checked.
    package init(raw: UnsafeRawBufferPointer, hasEscapes: Bool, offset: Int) {
        self.raw = raw
        self.hasEscapes = hasEscapes
        self.offset = offset
    }

    /// The string's meaning.
    public var string: String {
        hasEscapes ? String(decoding: unescaped, as: UTF8.self) : String(decoding: raw, as: UTF8.self)
    }

    /// Whether the string's meaning is `other`; nothing is allocated.
    public func equals(_ other: StaticString) -> Bool {
        equals(UnsafeRawBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount))
    }

    /// Whether the string's meaning is this UTF-8.
    public func equals(_ other: UnsafeRawBufferPointer) -> Bool {
        hasEscapes ? meaning.elementsEqual(other) : raw.isEqual(to: other)
    }

    /// The UTF-8 of the string's meaning.
    public var unescaped: [UInt8] {
        guard hasEscapes else { return Array(raw) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(raw.count)
        bytes.append(contentsOf: meaning)
        return bytes
    }

    /// The UTF-8 of the string's meaning, byte by byte.
    private var meaning: JSONTextMeaning { JSONTextMeaning(raw: raw) }
}

/// Undoes the escapes of content that a parser has checked.
private struct JSONTextMeaning: Sequence, IteratorProtocol {
    private let raw: UnsafeRawBufferPointer
    private var index = 0
    /// What is left of a scalar that was written with digits.
    private var pending = UTF8.EncodedScalar()

    init(raw: UnsafeRawBufferPointer) {
        self.raw = raw
    }

    mutating func next() -> UInt8? {
        if !pending.isEmpty { return pending.removeFirst() }
        guard index < raw.count else { return nil }
        let byte = raw[index]
        index += 1
        guard byte == UInt8(ascii: "\\") else { return byte }
        let escape = raw[index]
        index += 1
        guard escape == UInt8(ascii: "u") else { return Self.meaning(of: escape) }
        // UTF-8 has a form for every scalar.
        pending = UTF8.encode(nextScalar()) ?? UTF8.encodedReplacementCharacter
        return pending.removeFirst()
    }

    private static func meaning(of escape: UInt8) -> UInt8 {
        switch escape {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: escape
        }
    }

    /// The scalar whose four digits come next, the second half of a surrogate pair included.
    private mutating func nextScalar() -> UnicodeScalar {
        let first = nextUnit()
        guard first >= 0xD800 && first < 0xDC00 else { return UnicodeScalar(first) ?? "\u{FFFD}" }
        index += 2
        return UnicodeScalar(0x10000 + (first - 0xD800) << 10 + (nextUnit() - 0xDC00)) ?? "\u{FFFD}"
    }

    private mutating func nextUnit() -> UInt32 {
        defer { index += 4 }
        return (index..<index + 4).reduce(0) { $0 << 4 | UInt32(JSONParser.digit(raw[$1]) ?? 0) }
    }
}
