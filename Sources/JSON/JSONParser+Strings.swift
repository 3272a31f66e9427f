/// Strings: found whole, checked, and left where they are.
extension JSONParser {
    /// - Precondition: the position is at the opening quote.
    mutating func scanString() throws(JSONError) -> JSONText {
        guard byte == UInt8(ascii: "\"") else { throw unexpected("a string") }
        let begin = position + 1
        position = endOfPlain(from: begin)
        var hasEscapes = false
        // Each turn consumes at least one byte.
        while position < end {
            let current = start[position]
            switch current {
            case UInt8(ascii: "\""):
                let raw = UnsafeRawBufferPointer(start: start + begin, count: position - begin)
                position += 1
                return JSONText(raw: raw, hasEscapes: hasEscapes, offset: begin)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try skipEscape()
            case 0x00..<0x20:
                throw JSONError(
                    code: .syntax, message: "a control character in a string must be written as an escape",
                    offset: position)
            default: try skipMultibyteScalar(current)
            }
            position = endOfPlain(from: position)
        }
        throw unexpected("the closing quote of a string")
    }

    /// The first byte that is more than an ASCII character that stands for itself; most strings have none before their
    /// closing quote.
    @inline(__always)
    private func endOfPlain(from begin: Int) -> Int {
        var at = begin
        while at + 8 <= end {
            let marks = Self.marks(UnsafeRawPointer(start).loadUnaligned(fromByteOffset: at, as: UInt64.self))
            if marks != 0 { return at + marks.trailingZeroBitCount / 8 }
            at += 8
        }
        while at < end, Self.isPlain(start[at]) { at += 1 }
        return at
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        0x20..<0x80 ~= byte && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// The same of eight bytes at once: the high bit of each byte that is not plain, up to the first of them; what comes
    /// behind may be marked wrongly. A byte below n borrows from its high bit when n is taken off, and one beyond ASCII
    /// has it anyway.
    @inline(__always)
    private static func marks(_ bytes: UInt64) -> UInt64 {
        let bytes = UInt64(littleEndian: bytes)
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = (bytes ^ (ones &* UInt64(UInt8(ascii: "\"")))) &- ones
        let backslashes = (bytes ^ (ones &* UInt64(UInt8(ascii: "\\")))) &- ones
        let controls = bytes &- (ones &* 0x20)
        return (bytes | quotes | backslashes | controls) & (ones &* 0x80)
    }

    private mutating func skipEscape() throws(JSONError) {
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        case UInt8(ascii: "u"):
            position += 1
            try skipUnicodeEscape()
        default: throw unexpected("an escape")
        }
    }

    /// Four digits, and where they name the first half of a surrogate pair, the escape of the second half.
    private mutating func skipUnicodeEscape() throws(JSONError) {
        let unit = try hexadecimal()
        guard unit & 0xF800 == 0xD800 else { return }
        guard unit < 0xDC00, byte == UInt8(ascii: "\\") else { throw loneSurrogate() }
        position += 1
        guard byte == UInt8(ascii: "u") else { throw loneSurrogate() }
        position += 1
        guard try hexadecimal() & 0xFC00 == 0xDC00 else { throw loneSurrogate() }
    }

    private func loneSurrogate() -> JSONError {
        JSONError(code: .encoding, message: "an escape names half a surrogate pair", offset: position)
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Self.digit(byte) else { throw unexpected("a hexadecimal digit") }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// One scalar beyond ASCII, by table 3-7 of the Unicode standard: no overlong form, no surrogate, none past U+10FFFF.
    private mutating func skipMultibyteScalar(_ lead: UInt8) throws(JSONError) {
        let (length, second): (Int, ClosedRange<UInt8>)
        switch lead {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xE1...0xEC, 0xEE...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw notUTF8()
        }
        guard position + length <= end, second.contains(start[position + 1]) else { throw notUTF8() }
        for index in 2..<max(2, length) where start[position + index] & 0xC0 != 0x80 { throw notUTF8() }
        position += length
    }

    private func notUTF8() -> JSONError {
        JSONError(code: .encoding, message: "the text is not UTF-8", offset: position)
    }
}
