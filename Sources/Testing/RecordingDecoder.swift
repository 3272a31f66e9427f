internal import SibylModel

/// Answers a type's `init(from:)` with values that a schema allows.
struct RecordingDecoder: Decoder {
    let schema: JSONValue
    let path: [any CodingKey]
    let record: AgreementRecord

    var codingPath: [any CodingKey] { path }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        expect(["object"], for: "an object")
        record.open(schema, at: path)
        return KeyedDecodingContainer(RecordingKeyedContainer(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        expect(["array"], for: "an array")
        return RecordingUnkeyedContainer(decoder: self)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        RecordingValueContainer(decoder: self)
    }

    func child(_ schema: JSONValue?, at key: any CodingKey) -> RecordingDecoder {
        RecordingDecoder(schema: schema ?? true, path: path + [key], record: record)
    }

    // MARK: - Types and samples

    /// The types that the schema allows; nil for any.
    private var types: [String]? {
        switch schema["type"] {
        case .string(let name)?: [name]
        case .array(let names)?: names.compactMap(\.string)
        default: nil
        }
    }

    var isNullable: Bool { types?.contains("null") ?? false }

    func expect(_ accepted: [String], for wanted: String) {
        guard let types else { return }
        let others = types.filter { $0 != "null" && !accepted.contains($0) }
        if !others.isEmpty {
            record.note("the type reads \(wanted), the schema says \(types.joined(separator: " or "))", at: path)
        }
    }

    var text: String {
        expect(["string"], for: "a string")
        return schema["enum"]?.array?.lazy.compactMap(\.string).first ?? schema["const"]?.string ?? "text"
    }

    /// A number within the schema's bounds, as far as one lies between 0 and 1 or at a bound.
    func number(whole: Bool) -> Double {
        expect(whole ? ["integer"] : ["integer", "number"], for: whole ? "a whole number" : "a number")
        if let choice = schema["enum"]?.array?.lazy.compactMap(\.double).first { return choice }
        let least = schema["minimum"]?.double ?? schema["exclusiveMinimum"]?.double.map { $0 + 1 }
        let most = schema["maximum"]?.double ?? schema["exclusiveMaximum"]?.double.map { $0 - 1 }
        return min(max(1, least ?? 1), most ?? .infinity)
    }

    var flag: Bool {
        expect(["boolean"], for: "true or false")
        return true
    }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try T(from: self)
    }
}

struct RecordingKeyedContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: RecordingDecoder

    var codingPath: [any CodingKey] { decoder.path }
    /// A dictionary asks which keys there are: one that the schema names, or any.
    var allKeys: [Key] {
        let names = decoder.schema["properties"]?.object?.keys ?? ["key"]
        return names.compactMap { Key(stringValue: $0) }
    }

    private func schema(of key: Key, isOptional: Bool) -> RecordingDecoder {
        decoder.record.markRead(key, of: decoder.path)
        let properties = decoder.schema["properties"]?.object
        let schema = properties?[key.stringValue] ?? decoder.schema["additionalProperties"]
        let child = decoder.child(schema, at: key)
        if schema == nil || schema == .bool(false) {
            decoder.record.note("the type asks for it, and the schema has no such member", at: child.path)
        } else if properties?[key.stringValue] != nil {
            let isRequired = decoder.schema["required"]?.array?.contains(.string(key.stringValue)) ?? false
            if !isRequired && !isOptional {
                decoder.record.note("the type requires it, the schema doesn't", at: child.path)
            }
            if isRequired && isOptional && !child.isNullable {
                decoder.record.note("the schema requires it, in the type it is optional", at: child.path)
            }
            if child.isNullable && !isOptional {
                decoder.record.note("the schema allows null, the type doesn't", at: child.path)
            }
        }
        return child
    }

    func contains(_ key: Key) -> Bool { true }
    func decodeNil(forKey key: Key) throws -> Bool { false }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        try schema(of: key, isOptional: false).decode(type)
    }

    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        try schema(of: key, isOptional: true).decode(type)
    }

    // `KeyedDecodingContainer` goes through one of these for each basic type.
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { schema(of: key, isOptional: true).flag }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        schema(of: key, isOptional: true).text
    }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
        schema(of: key, isOptional: true).number(whole: false)
    }
    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? {
        Float(schema(of: key, isOptional: true).number(whole: false))
    }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { whole(key) }
    func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? { whole(key) }
    func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? { whole(key) }
    func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? { whole(key) }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? { whole(key) }
    func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? { whole(key) }
    func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? { whole(key) }
    func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? { whole(key) }
    func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? { whole(key) }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? { whole(key) }

    private func whole<T: FixedWidthInteger>(_ key: Key) -> T? {
        T(exactly: schema(of: key, isOptional: true).number(whole: true))
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws
        -> KeyedDecodingContainer<Nested>
    {
        try schema(of: key, isOptional: false).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try schema(of: key, isOptional: false).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { decoder }
    func superDecoder(forKey key: Key) throws -> any Decoder { schema(of: key, isOptional: false) }
}

/// An array of one element, or of as many as the schema asks for.
struct RecordingUnkeyedContainer: UnkeyedDecodingContainer {
    let decoder: RecordingDecoder
    var currentIndex = 0

    var codingPath: [any CodingKey] { decoder.path }
    /// The schema's `prefixItems` are a tuple; else one element tells all.
    var count: Int? {
        // A schema that asks for more is read as if it asked for these: all are alike.
        let most: Int64 = 1_000
        let prefix = decoder.schema["prefixItems"]?.array?.count ?? 1
        return max(prefix, Int(min(decoder.schema["minItems"]?.int64 ?? 1, most)))
    }
    var isAtEnd: Bool { currentIndex >= (count ?? 0) }

    private mutating func next() -> RecordingDecoder {
        let prefix = decoder.schema["prefixItems"]?.array ?? []
        let schema = currentIndex < prefix.count ? prefix[currentIndex] : decoder.schema["items"]
        defer { currentIndex += 1 }
        return decoder.child(schema, at: ElementKey(currentIndex))
    }

    mutating func decodeNil() throws -> Bool { false }
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try next().decode(type) }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws
        -> KeyedDecodingContainer<Nested>
    {
        try next().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try next().unkeyedContainer() }
    mutating func superDecoder() throws -> any Decoder { next() }
}

private struct ElementKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ index: Int) {
        stringValue = "\(index)"
        intValue = index
    }
    init?(stringValue: String) { nil }
    init?(intValue: Int) { self.init(intValue) }
}

struct RecordingValueContainer: SingleValueDecodingContainer {
    let decoder: RecordingDecoder

    var codingPath: [any CodingKey] { decoder.path }

    func decodeNil() -> Bool { false }
    func decode(_ type: Bool.Type) throws -> Bool { decoder.flag }
    func decode(_ type: String.Type) throws -> String { decoder.text }
    func decode(_ type: Double.Type) throws -> Double { decoder.number(whole: false) }
    func decode(_ type: Float.Type) throws -> Float { Float(decoder.number(whole: false)) }
    func decode(_ type: Int.Type) throws -> Int { try whole() }
    func decode(_ type: Int8.Type) throws -> Int8 { try whole() }
    func decode(_ type: Int16.Type) throws -> Int16 { try whole() }
    func decode(_ type: Int32.Type) throws -> Int32 { try whole() }
    func decode(_ type: Int64.Type) throws -> Int64 { try whole() }
    func decode(_ type: UInt.Type) throws -> UInt { try whole() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try whole() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try whole() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try whole() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try whole() }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try decoder.decode(type) }

    private func whole<T: FixedWidthInteger>() throws -> T {
        let number = decoder.number(whole: true)
        guard let whole = T(exactly: number) else {
            throw DecodingError.dataCorrupted(.init(codingPath: codingPath, debugDescription: "\(number) is not whole"))
        }
        return whole
    }
}
