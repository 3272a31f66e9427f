/// Decodes from a node. The same type serves as decoder and as its own single-value container.
struct NodeDecoder: Decoder {
    let node: JSONNode
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try type.init(from: self)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object = node.kind else { throw mismatch([String: JSONValue].self, "an object") }
        return KeyedDecodingContainer(KeyedNodeContainer(node, codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array = node.kind else { throw mismatch([JSONValue].self, "an array") }
        return UnkeyedNodeContainer(node: node, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    func mismatch(_ type: Any.Type, _ expected: String) -> DecodingError {
        let context = DecodingError.Context(
            codingPath: codingPath, debugDescription: "expected \(expected), found \(node.kind)")
        return .typeMismatch(type, context)
    }
}

extension NodeDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool { node.isNull }

    func decode(_ type: Bool.Type) throws -> Bool {
        guard let value = node.bool else { throw mismatch(type, "true or false") }
        return value
    }

    func decode(_ type: String.Type) throws -> String {
        guard let value = node.string else { throw mismatch(type, "a string") }
        return value
    }

    func decode(_ type: Double.Type) throws -> Double {
        guard let value = node.double else { throw mismatch(type, "a number") }
        return value
    }

    func decode(_ type: Float.Type) throws -> Float {
        let value = try decode(Double.self)
        let narrow = Float(value)
        guard narrow.isFinite else { throw outOfRange(type) }
        return narrow
    }

    func decode(_ type: Int.Type) throws -> Int { try integer(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }

    private func integer<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
        guard let number = node.number else { throw mismatch(type, "a whole number") }
        if let value = number.int64.flatMap({ T(exactly: $0) }) ?? number.uint64.flatMap({ T(exactly: $0) }) {
            return value
        }
        throw outOfRange(type)
    }

    private func outOfRange(_ type: Any.Type) -> DecodingError {
        let text = String(decoding: node.rawBytes.prefix(40), as: UTF8.self)
        return .dataCorrupted(
            DecodingError.Context(codingPath: codingPath, debugDescription: "\(text) does not fit \(type)"))
    }
}

/// An object's members.
private struct KeyedNodeContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    /// Objects with fewer members are searched member by member, which is quicker than making an index of them.
    private static var fewMembers: Int { 32 }

    let node: JSONNode
    let codingPath: [any CodingKey]
    private let index: MemberIndex?

    init(_ node: JSONNode, _ codingPath: [any CodingKey]) {
        self.node = node
        self.codingPath = codingPath
        index = node.count > Self.fewMembers ? MemberIndex(node) : nil
    }

    private func member(_ name: String) -> JSONNode? {
        if let index { index[name] } else { node[name] }
    }

    var allKeys: [Key] { node.members.compactMap { Key(stringValue: $0.key.stringText.string) } }

    func contains(_ key: Key) -> Bool { member(key.stringValue) != nil }

    func decodeNil(forKey key: Key) throws -> Bool { try decoder(for: key).node.isNull }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try decoder(for: key).decode(type) }

    // Without these each scalar would take the way through a generic `init(from:)`.
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try decoder(for: key).decode(type) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try decoder(for: key).decode(type) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try decoder(for: key).decode(type) }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try decoder(for: key).decode(type) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try decoder(for: key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(for: key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
        guard let node = member("super") else { throw missing(PathKey.super) }
        return NodeDecoder(node: node, codingPath: codingPath + [PathKey.super])
    }

    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(for: key) }

    private func decoder(for key: Key) throws -> NodeDecoder {
        guard let member = member(key.stringValue) else { throw missing(key) }
        return NodeDecoder(node: member, codingPath: codingPath + [key])
    }

    private func missing(_ key: any CodingKey) -> DecodingError {
        .keyNotFound(
            key,
            DecodingError.Context(
                codingPath: codingPath, debugDescription: "the member '\(key.stringValue)' is missing"))
    }
}

/// An array's elements.
private struct UnkeyedNodeContainer: UnkeyedDecodingContainer {
    let codingPath: [any CodingKey]
    let count: Int?
    private(set) var currentIndex = 0
    private var rest: JSONNode.Elements
    private var current: JSONNode?

    init(node: JSONNode, codingPath: [any CodingKey]) {
        self.codingPath = codingPath
        count = node.count
        rest = node.elements
        current = rest.next()
    }

    var isAtEnd: Bool { current == nil }

    mutating func decodeNil() throws -> Bool {
        guard try decoder().node.isNull else { return false }
        advance()
        return true
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let value = try decoder().decode(type)
        advance()
        return value
    }

    mutating func decode(_ type: Double.Type) throws -> Double {
        let value = try decoder().decode(type)
        advance()
        return value
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        let container = try decoder().container(keyedBy: type)
        advance()
        return container
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let container = try decoder().unkeyedContainer()
        advance()
        return container
    }

    mutating func superDecoder() throws -> any Decoder {
        let decoder = try decoder()
        advance()
        return decoder
    }

    private mutating func advance() {
        current = rest.next()
        currentIndex += 1
    }

    private func decoder() throws -> NodeDecoder {
        let path = codingPath + [PathKey(currentIndex)]
        guard let current else {
            throw DecodingError.valueNotFound(
                JSONValue.self,
                DecodingError.Context(codingPath: path, debugDescription: "the array has only \(currentIndex) elements")
            )
        }
        return NodeDecoder(node: current, codingPath: path)
    }
}
