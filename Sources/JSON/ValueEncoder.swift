/// Where encoders write. Containers of one level stay open until something is written outside them, so that `Codable`
/// types that ask for several containers, or never close one, still give JSON.
final class EncodingSink {
    private(set) var writer = JSONWriter(capacity: 0)
    private var open: [UInt8] = []

    init(taking other: inout JSONWriter) {
        swap(&writer, &other)
    }

    func giveBack(to other: inout JSONWriter) {
        close(to: 0)
        swap(&writer, &other)
    }

    var depth: Int { open.count }

    func beginObject() {
        writer.beginObject()
        open.append(UInt8(ascii: "}"))
    }

    func beginArray() {
        writer.beginArray()
        open.append(UInt8(ascii: "]"))
    }

    /// Closes what was begun inside the container of that depth.
    func close(to depth: Int) {
        while open.count > depth {
            if open.removeLast() == UInt8(ascii: "}") { writer.endObject() } else { writer.endArray() }
        }
    }

    func write(_ body: (inout JSONWriter) throws -> Void) rethrows {
        try body(&writer)
    }
}

/// Encodes one value. The same type serves as encoder and as its own single-value container.
struct ValueEncoder: Encoder {
    let sink: EncodingSink
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        sink.beginObject()
        return KeyedEncodingContainer(KeyedValueContainer(sink: sink, codingPath: codingPath, depth: sink.depth))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        sink.beginArray()
        return UnkeyedValueContainer(sink: sink, codingPath: codingPath, depth: sink.depth)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }
}

extension ValueEncoder: SingleValueEncodingContainer {
    func encodeNil() { sink.write { $0.null() } }
    func encode(_ value: Bool) { sink.write { $0.bool(value) } }
    func encode(_ value: String) { sink.write { $0.string(value) } }
    func encode(_ value: Float) throws { try number(value.isFinite, value) { try $0.float(value) } }
    func encode(_ value: Double) throws { try number(value.isFinite, value) { try $0.double(value) } }
    func encode(_ value: Int) { sink.write { $0.integer(value) } }
    func encode(_ value: Int8) { sink.write { $0.integer(value) } }
    func encode(_ value: Int16) { sink.write { $0.integer(value) } }
    func encode(_ value: Int32) { sink.write { $0.integer(value) } }
    func encode(_ value: Int64) { sink.write { $0.integer(value) } }
    func encode(_ value: UInt) { sink.write { $0.integer(value) } }
    func encode(_ value: UInt8) { sink.write { $0.integer(value) } }
    func encode(_ value: UInt16) { sink.write { $0.integer(value) } }
    func encode(_ value: UInt32) { sink.write { $0.integer(value) } }
    func encode(_ value: UInt64) { sink.write { $0.integer(value) } }

    func encode<T: Encodable>(_ value: T) throws {
        let depth = sink.depth
        let before = sink.writer.count
        try value.encode(to: self)
        // A type that encodes nothing is an empty object, as it is elsewhere.
        if sink.writer.count == before { sink.beginObject() }
        sink.close(to: depth)
    }

    private func number(_ isFinite: Bool, _ value: Any, _ write: (inout JSONWriter) throws -> Void) throws {
        guard isFinite else {
            let context = EncodingError.Context(
                codingPath: codingPath, debugDescription: "JSON has no form for the number \(value)")
            throw EncodingError.invalidValue(value, context)
        }
        try sink.write(write)
    }
}

private struct KeyedValueContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let sink: EncodingSink
    let codingPath: [any CodingKey]
    let depth: Int

    private func encoder(for key: any CodingKey) -> ValueEncoder {
        sink.close(to: depth)
        sink.write { $0.key(key.stringValue) }
        return ValueEncoder(sink: sink, codingPath: codingPath + [key])
    }

    func encodeNil(forKey key: Key) { encoder(for: key).encodeNil() }
    func encode<T: Encodable>(_ value: T, forKey key: Key) throws { try encoder(for: key).encode(value) }
    func encode(_ value: Double, forKey key: Key) throws { try encoder(for: key).encode(value) }
    func encode(_ value: String, forKey key: Key) { encoder(for: key).encode(value) }
    func encode(_ value: Int, forKey key: Key) { encoder(for: key).encode(value) }
    func encode(_ value: Bool, forKey key: Key) { encoder(for: key).encode(value) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        encoder(for: key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        encoder(for: key).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { encoder(for: PathKey.super) }
    func superEncoder(forKey key: Key) -> any Encoder { encoder(for: key) }
}

private struct UnkeyedValueContainer: UnkeyedEncodingContainer {
    let sink: EncodingSink
    let codingPath: [any CodingKey]
    let depth: Int
    private(set) var count = 0

    init(sink: EncodingSink, codingPath: [any CodingKey], depth: Int) {
        self.sink = sink
        self.codingPath = codingPath
        self.depth = depth
    }

    private mutating func encoder() -> ValueEncoder {
        sink.close(to: depth)
        defer { count += 1 }
        return ValueEncoder(sink: sink, codingPath: codingPath + [PathKey(count)])
    }

    mutating func encodeNil() { encoder().encodeNil() }
    mutating func encode<T: Encodable>(_ value: T) throws { try encoder().encode(value) }
    mutating func encode(_ value: Double) throws { try encoder().encode(value) }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        encoder().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder().unkeyedContainer() }
    mutating func superEncoder() -> any Encoder { encoder() }
}
