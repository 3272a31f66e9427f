/// Writes JSON into a buffer of its own, which it keeps when it is emptied: a writer that is used again allocates nothing.
///
/// Commas and colons come by themselves. What is written must be one value; containers must be closed in order.
public struct JSONWriter: ~Copyable {
    private var buffer: ByteBuffer
    /// Whether a comma is due before the next value or key.
    private var needsComma = false

    public init(capacity: Int = 256) {
        buffer = ByteBuffer(capacity: capacity)
    }

    /// Forgets what was written and keeps the room.
    public mutating func removeAll() {
        buffer.truncate(to: 0)
        needsComma = false
    }

    public var count: Int { buffer.count }

    /// A copy of what was written.
    public var bytes: [UInt8] { Array(buffer.bytes) }

    /// What was written; valid until more is.
    package var written: UnsafeRawBufferPointer { buffer.bytes }

    /// Begins another text behind what was written: no comma comes between them.
    public mutating func beginText() {
        needsComma = false
    }

    /// Takes back what was written from byte `count` on, which must be where a text began.
    public mutating func truncate(to count: Int) {
        buffer.truncate(to: count)
        needsComma = false
    }

    // MARK: - Containers

    public mutating func beginObject() { begin(UInt8(ascii: "{")) }
    public mutating func endObject() { finish(UInt8(ascii: "}")) }
    public mutating func beginArray() { begin(UInt8(ascii: "[")) }
    public mutating func endArray() { finish(UInt8(ascii: "]")) }

    /// A member's key, whose value comes next. Keys that are literals need no escaping and are not looked at.
    public mutating func key(_ key: StaticString) {
        separate()
        buffer.append(key: UnsafeRawBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
        needsComma = false
    }

    // Disfavored, or literals would be strings too.
    @_disfavoredOverload
    public mutating func key(_ key: String) {
        separate()
        quote(key)
        buffer.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// A key as it stands in another text.
    package mutating func key(_ text: JSONText) {
        if text.hasEscapes { return key(text.string) }
        separate()
        buffer.append(key: text.raw)
        needsComma = false
    }

    private mutating func begin(_ bracket: UInt8) {
        separate()
        buffer.append(bracket)
        needsComma = false
    }

    private mutating func finish(_ bracket: UInt8) {
        buffer.append(bracket)
        needsComma = true
    }

    @inline(__always)
    private mutating func separate() {
        if needsComma { buffer.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    // MARK: - Values

    public mutating func null() { raw("null") }
    public mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }

    public mutating func integer(_ value: Int) {
        separate()
        if value < 0 { buffer.append(UInt8(ascii: "-")) }
        digits(UInt64(value.magnitude))
    }

    /// - Precondition: the integer has 64 bits at most.
    public mutating func integer(_ value: some FixedWidthInteger) {
        separate()
        if value < 0 { buffer.append(UInt8(ascii: "-")) }
        digits(UInt64(value.magnitude))
    }

    /// The shortest text that reads back as the same double.
    ///
    /// - Throws: `notRepresentable` for what is not finite.
    public mutating func double(_ value: Double) throws(JSONError) {
        guard value.isFinite else {
            throw JSONError(
                code: .notRepresentable, message: "JSON has no form for the number \(value)", offset: count)
        }
        separate()
        // Of 15 characters at most it is held without allocating; longer ones cost one allocation.
        append(value.description)
    }

    /// The shortest text that reads back as the same float.
    ///
    /// - Throws: `notRepresentable` for what is not finite.
    public mutating func float(_ value: Float) throws(JSONError) {
        guard value.isFinite else {
            throw JSONError(
                code: .notRepresentable, message: "JSON has no form for the number \(value)", offset: count)
        }
        separate()
        append(value.description)
    }

    public mutating func string(_ value: String) {
        separate()
        quote(value)
    }

    /// A string by its bytes.
    ///
    /// - Returns: false for what is not UTF-8; nothing is written then.
    package mutating func string(utf8: UnsafeRawBufferPointer) -> Bool {
        guard utf8.allSatisfy({ $0 < 0x80 }) || String(validating: utf8, as: UTF8.self) != nil else { return false }
        separate()
        quote(utf8)
        return true
    }

    /// JSON that is written already, taken over as it is: a value, or an object's members.
    public mutating func raw(_ json: UnsafeRawBufferPointer) {
        separate()
        buffer.append(json)
    }

    public mutating func raw(_ json: [UInt8]) {
        json.withUnsafeBytes { raw($0) }
    }

    private mutating func raw(_ json: StaticString) {
        separate()
        append(json)
    }

    // MARK: - Text

    private mutating func append(_ text: StaticString) {
        buffer.append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { buffer.append(UnsafeRawBufferPointer($0)) }
    }

    private mutating func digits(_ value: UInt64) {
        if value < 10 { return buffer.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value)) }
        withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { digits in
            var rest = value
            var index = 20
            // 20 digits hold any 64 bits.
            while rest > 0 {
                index -= 1
                digits[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            buffer.append(UnsafeRawBufferPointer(rebasing: digits[index...]))
        }
    }

    private mutating func quote(_ text: String) {
        var text = text
        text.withUTF8 { quote(UnsafeRawBufferPointer($0)) }
    }

    private mutating func quote(_ utf8: UnsafeRawBufferPointer) {
        buffer.append(UInt8(ascii: "\""))
        var begin = 0
        for index in 0..<utf8.count where Self.mustBeEscaped(utf8[index]) {
            buffer.append(UnsafeRawBufferPointer(rebasing: utf8[begin..<index]))
            escape(utf8[index])
            begin = index + 1
        }
        buffer.append(UnsafeRawBufferPointer(rebasing: utf8[begin...]))
        buffer.append(UInt8(ascii: "\""))
    }

    private static func mustBeEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escape(_ byte: UInt8) {
        buffer.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): buffer.append(byte)
        case 0x08: buffer.append(UInt8(ascii: "b"))
        case 0x09: buffer.append(UInt8(ascii: "t"))
        case 0x0A: buffer.append(UInt8(ascii: "n"))
        case 0x0C: buffer.append(UInt8(ascii: "f"))
        case 0x0D: buffer.append(UInt8(ascii: "r"))
        default:
            append("u00" as StaticString)
            for digit in [byte >> 4, byte & 15] { buffer.append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
        }
    }
}
