/// A pull parser over bytes: RFC 8259 in full, nothing allocated.
///
/// It is `~Copyable` and lent `inout`, so that the pointer it holds can't outlive the scope that lent it.
///
///     try parser.beginObject()
///     while let key = try parser.nextKey() {
///         if key.equals("sepal_length") { length = try parser.double() } else { try parser.skipValue() }
///     }
///     try parser.finish()
///
/// Whatever it reads or skips it also checks: syntax, UTF-8, surrogate pairs, depth. Of a key that stands twice in an
/// object both are delivered; everything built on the parser lets the last one count.
public struct JSONParser: ~Copyable {
    @usableFromInline
    let start: UnsafePointer<UInt8>
    @usableFromInline
    let end: Int
    /// Bytes from the start of the text.
    public internal(set) var position = 0
    @usableFromInline
    var depth = 0
    @usableFromInline
    let maximumDepth: Int
    /// Whether the container that was begun last has delivered nothing yet.
    var isAtFirst = false

    public init(_ bytes: UnsafeRawBufferPointer, limits: JSONLimits = .standard) {
        // An empty buffer has no address; any will do, since nothing is read from it.
        start = bytes.baseAddress.map { $0.assumingMemoryBound(to: UInt8.self) } ?? Self.nowhere
        end = bytes.count
        maximumDepth = limits.depth
    }

    private static var nowhere: UnsafePointer<UInt8> { UnsafePointer(bitPattern: 1)! }

    // MARK: - Values

    /// What kind of value comes next; nothing is consumed but white space.
    @inline(__always)
    public mutating func peek() throws(JSONError) -> JSONKind {
        skipWhitespace()
        switch byte {
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw unexpected("a value")
        }
    }

    public mutating func null() throws(JSONError) {
        skipWhitespace()
        try literal("null")
    }

    public mutating func bool() throws(JSONError) -> Bool {
        skipWhitespace()
        if byte == UInt8(ascii: "t") {
            try literal("true")
            return true
        }
        try literal("false")
        return false
    }

    /// A string's content; valid as long as the bytes are.
    public mutating func string() throws(JSONError) -> JSONText {
        skipWhitespace()
        return try scanString()
    }

    /// A number's own text; valid as long as the bytes are.
    ///
    /// - Throws: `range` for one that no double can hold, as 1e999.
    public mutating func number() throws(JSONError) -> JSONNumberText {
        skipWhitespace()
        return try scanNumber()
    }

    /// The nearest double.
    ///
    /// - Throws: `range` when there is none, as for 1e999.
    public mutating func double() throws(JSONError) -> Double {
        try number().double
    }

    /// A whole number that fits; 1.0 and 1e2 are whole.
    public mutating func integer() throws(JSONError) -> Int64 {
        let number = try number()
        guard let integer = number.int64 else {
            throw JSONError(code: .type, message: "expected a whole number of 64 bits", offset: number.offset)
        }
        return integer
    }

    /// Checks the next value and passes over it. Returns the place of its text.
    @discardableResult
    public mutating func skipValue() throws(JSONError) -> Range<Int> {
        skipWhitespace()
        let begin = position
        let outside = depth
        // Each turn consumes at least one byte.
        repeat {
            try skipToken(outside: outside)
        } while depth > outside
        return begin..<position
    }

    private mutating func skipToken(outside: Int) throws(JSONError) {
        if depth > outside {
            // Inside an object or array: go on to its next value, or leave it.
            if isInObject {
                guard try nextKey() != nil else { return }
            } else {
                guard try nextElement() else { return }
            }
        }
        switch try peek() {
        case .object: try beginObject()
        case .array: try beginArray()
        case .string: _ = try scanString()
        case .number: _ = try scanNumber()
        case .bool: _ = try bool()
        case .null: try null()
        }
    }

    // MARK: - Containers

    /// One bit a level: whether it is an object. Limits of more than 512 levels are cut to that.
    private var kinds = InlineArray<8, UInt64>(repeating: 0)

    private var isInObject: Bool {
        kinds[(depth - 1) / 64] & (1 << UInt64((depth - 1) % 64)) != 0
    }

    private mutating func enter(object: Bool) throws(JSONError) {
        guard depth < min(maximumDepth, 512) else {
            throw JSONError(
                code: .depth, message: "the JSON is nested deeper than \(min(maximumDepth, 512)) levels",
                offset: position)
        }
        let bit: UInt64 = 1 << UInt64(depth % 64)
        if object { kinds[depth / 64] |= bit } else { kinds[depth / 64] &= ~bit }
        depth += 1
        position += 1
        isAtFirst = true
    }

    public mutating func beginObject() throws(JSONError) {
        skipWhitespace()
        guard byte == UInt8(ascii: "{") else { throw unexpected("an object") }
        try enter(object: true)
    }

    public mutating func beginArray() throws(JSONError) {
        skipWhitespace()
        guard byte == UInt8(ascii: "[") else { throw unexpected("an array") }
        try enter(object: false)
    }

    /// The next member's key, whose value must then be read or skipped; nil at the object's end, which is consumed.
    @inline(__always)
    public mutating func nextKey() throws(JSONError) -> JSONText? {
        guard try isAnother(before: UInt8(ascii: "}"), "',' or '}'") else { return nil }
        guard byte == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
        let key = try scanString()
        skipWhitespace()
        guard byte == UInt8(ascii: ":") else { throw unexpected("':'") }
        position += 1
        return key
    }

    /// Whether another element follows, which must then be read or skipped; false at the array's end, which is consumed.
    public mutating func nextElement() throws(JSONError) -> Bool {
        try isAnother(before: UInt8(ascii: "]"), "',' or ']'")
    }

    @inline(__always)
    private mutating func isAnother(before closing: UInt8, _ expected: StaticString) throws(JSONError) -> Bool {
        skipWhitespace()
        if byte == closing {
            position += 1
            depth -= 1
            isAtFirst = false
            return false
        }
        if isAtFirst {
            isAtFirst = false
            return true
        }
        guard byte == UInt8(ascii: ",") else { throw unexpected(expected) }
        position += 1
        skipWhitespace()
        return true
    }

    /// Checks that nothing but white space is left.
    public mutating func finish() throws(JSONError) {
        skipWhitespace()
        if position < end { throw unexpected("the end") }
    }

    // MARK: - Bytes

    /// The byte at the position; 0, which is nowhere legal, at the end.
    @inline(__always)
    var byte: UInt8 { position < end ? start[position] : 0 }

    @inline(__always)
    mutating func skipWhitespace() {
        while position < end {
            let byte = start[position]
            // One comparison where there is none, as in most JSON that programs write.
            guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }

    private mutating func literal(_ text: StaticString) throws(JSONError) {
        for index in 0..<text.utf8CodeUnitCount {
            guard byte == text.utf8Start[index] else { throw unexpected("'\(text)'") }
            position += 1
        }
    }

    func unexpected(_ expected: StaticString) -> JSONError { unexpected("\(expected)" as String) }

    func unexpected(_ expected: String) -> JSONError {
        let found =
            switch byte {
            case _ where position >= end: "the end"
            case 0x20..<0x7F: "'\(Character(UnicodeScalar(byte)))'"
            default: "byte \(byte)"
            }
        return JSONError(code: .syntax, message: "expected \(expected), found \(found)", offset: position)
    }
}
