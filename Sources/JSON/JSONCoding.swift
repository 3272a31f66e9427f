/// Swift's `Codable` types from and to JSON, over the project's own parser and writer.
///
/// Differences to Foundation's coders: bytes and dates have no form of their own, numbers are exact, and nothing is
/// configurable.
public enum JSONCoding {
    /// A value of type `T` from a node.
    ///
    /// - Throws: `DecodingError` with the path of what does not fit.
    public static func decode<T: Decodable>(_ type: T.Type = T.self, from node: JSONNode) throws -> T {
        try NodeDecoder(node: node, codingPath: []).decode(type)
    }

    /// A value of type `T` from JSON text.
    ///
    /// - Throws: `JSONError` for what is no JSON, `DecodingError` for what does not fit.
    public static func decode<T: Decodable>(_ type: T.Type = T.self, from bytes: UnsafeRawBufferPointer) throws -> T {
        try JSONDocument().withParsed(bytes) { try decode(type, from: $0) }
    }

    public static func decode<T: Decodable>(_ type: T.Type = T.self, from bytes: [UInt8]) throws -> T {
        try bytes.withUnsafeBytes { try decode(type, from: $0) }
    }

    /// Appends a value's JSON.
    ///
    /// - Throws: `EncodingError` for what JSON has no form for.
    public static func encode<T: Encodable>(_ value: T, into writer: inout JSONWriter) throws {
        let sink = EncodingSink(taking: &writer)
        defer { sink.giveBack(to: &writer) }
        try ValueEncoder(sink: sink, codingPath: []).encode(value)
    }

    /// A value's JSON.
    public static func encode<T: Encodable>(_ value: T) throws -> [UInt8] {
        var writer = JSONWriter()
        try encode(value, into: &writer)
        return writer.bytes
    }
}

/// A key of a coding path: a member's name, or an element's place.
struct PathKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ index: Int) {
        stringValue = "\(index)"
        intValue = index
    }

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init?(intValue: Int) {
        self.init(intValue)
    }

    static let `super` = PathKey(stringValue: "super")
}
