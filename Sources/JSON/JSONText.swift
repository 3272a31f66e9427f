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

    /// Whether the string's meaning is `other`; allocates only where there are escapes.
    public func equals(_ other: StaticString) -> Bool {
        equals(UnsafeRawBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount))
    }

    /// Whether the string's meaning is this UTF-8.
    public func equals(_ other: UnsafeRawBufferPointer) -> Bool {
        if hasEscapes { return unescaped.elementsEqual(other) }
        guard raw.count == other.count else { return false }
        for index in raw.indices where raw[index] != other[index] { return false }
        return true
    }

    /// The UTF-8 of the string's meaning.
    public var unescaped: [UInt8] {
        guard hasEscapes else { return Array(raw) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(raw.count)
        var index = 0
        // Each turn consumes at least one byte of content that the parser has checked.
        while index < raw.count {
            guard raw[index] == UInt8(ascii: "\\") else {
                bytes.append(raw[index])
                index += 1
                continue
            }
            let escape = raw[index + 1]
            index += 2
            if escape == UInt8(ascii: "u") {
                UTF8.encode(scalar(at: &index)).map { bytes.append(contentsOf: $0) }
            } else {
                bytes.append(Self.meaning(of: escape))
            }
        }
        return bytes
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

    /// The scalar whose four digits stand at `index`, the second half of a surrogate pair included.
    private func scalar(at index: inout Int) -> UnicodeScalar {
        let first = hexadecimal(at: index)
        index += 4
        guard first >= 0xD800 && first < 0xDC00 else { return UnicodeScalar(first) ?? "\u{FFFD}" }
        let second = hexadecimal(at: index + 2)
        index += 6
        return UnicodeScalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
    }

    private func hexadecimal(at index: Int) -> UInt32 {
        (index..<index + 4).reduce(0) { $0 << 4 | UInt32(JSONParser.digit(raw[$1]) ?? 0) }
    }
}
