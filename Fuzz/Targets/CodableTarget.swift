internal import SibylJSON

extension FuzzTarget {
    /// Whatever decodes is written and decoded to the same again, whoever decodes it.
    static let codable = FuzzTarget(name: "codable") { bytes in
        expectRoundTrip(of: Everything.self, bytes)
        expectRoundTrip(of: [String: Everything].self, bytes)
        expectRoundTrip(of: Tree.self, bytes)
        expectRoundTrip(of: JSONValue.self, bytes)
        expectMembers(bytes)
        if let value = try? JSONCoding.decode(Everything.self, from: bytes), let members = parsed(bytes)?.object {
            value.expect(toSay: members)
        }
    }

    private static func expectRoundTrip<T: Codable & Equatable>(of type: T.Type, _ bytes: UnsafeRawBufferPointer) {
        guard let value = try? JSONCoding.decode(type, from: bytes) else { return }
        guard let written = try? JSONCoding.encode(value) else { return fuzzExpect(false, "\(value) can't be written") }
        let again = try? JSONCoding.decode(type, from: written)
        fuzzExpect(again == value, "\(value) is \(again as Any) when it is written and read")
    }

    /// A dictionary has the members that the object has, the last where a key stands twice.
    private static func expectMembers(_ bytes: UnsafeRawBufferPointer) {
        guard let object = parsed(bytes)?.object else { return }
        let dictionary = try? JSONCoding.decode([String: JSONValue].self, from: bytes)
        let members = Dictionary(uniqueKeysWithValues: object.map { ($0.key, $0.value) })
        fuzzExpect(dictionary == members, "a dictionary of other members than the object's")
    }
}

/// A member of every kind that the decoder and the encoder know.
private struct Everything: Codable, Equatable {
    enum Choice: String, Codable { case one, two }

    var bool: Bool?
    var int8: Int8?
    var int16: Int16?
    var int32: Int32?
    var int64: Int64?
    var int: Int?
    var uint8: UInt8?
    var uint16: UInt16?
    var uint32: UInt32?
    var uint64: UInt64?
    var uint: UInt?
    var float: Float?
    var double: Double?
    var string: String?
    var choice: Choice?
    var numbers: [Double]?
    var texts: [String?]?
    var table: [[Int]]?
    var map: [String: Bool]?
    var places: [Int: String]?

    /// What is decoded is what stands there; an unsigned number beyond 63 bits is none of JSONValue's.
    func expect(toSay members: JSONObject) {
        let whole: [(String, (any FixedWidthInteger)?)] = [
            ("int8", int8), ("int16", int16), ("int32", int32), ("int64", int64), ("int", int), ("uint8", uint8),
            ("uint16", uint16), ("uint32", uint32), ("uint64", uint64), ("uint", uint),
        ]
        for (name, number) in whole {
            guard let number = number.flatMap({ Int64(exactly: $0) }) else { continue }
            fuzzExpect(members[name]?.int64 == number, "\(number) is what '\(name)' is read as")
        }
        fuzzExpect(float == members["float"]?.double.map { Float($0) }, "a float that is misread")
        fuzzExpect(double == members["double"]?.double, "a double that is misread")
        fuzzExpect(bool == members["bool"]?.bool, "a truth that is misread")
        fuzzExpect(string == members["string"]?.string, "a string that is misread")
        fuzzExpect(numbers == members["numbers"]?.array?.map { $0.double ?? .nan }, "numbers that are misread")
        fuzzExpect(texts == members["texts"]?.array?.map(\.string), "texts that are misread")
        fuzzExpect(map?.count == members["map"]?.object?.count, "members that are lost")
    }
}

/// Nested containers by hand, as generated code doesn't ask for them: `{"left": {"value": 1}, "rest": [[…], …]}`.
private indirect enum Tree: Codable, Equatable {
    case leaf(Double)
    case node(left: Tree, rest: [Tree])

    enum Keys: String, CodingKey { case left, value, rest }

    init(from decoder: any Decoder) throws {
        if let number = try? decoder.singleValueContainer().decode(Double.self) {
            self = .leaf(number)
            return
        }
        let container = try decoder.container(keyedBy: Keys.self)
        let left = try container.nestedContainer(keyedBy: Keys.self, forKey: .left)
        var rest = try container.nestedUnkeyedContainer(forKey: .rest)
        var trees: [Tree] = []
        while !rest.isAtEnd {
            trees.append(try rest.decodeNil() ? .leaf(0) : Tree(from: rest.superDecoder()))
        }
        self = .node(left: try left.decode(Tree.self, forKey: .value), rest: trees)
    }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .leaf(let number):
            var container = encoder.singleValueContainer()
            try container.encode(number)
        case .node(let left, let trees):
            var container = encoder.container(keyedBy: Keys.self)
            var inner = container.nestedContainer(keyedBy: Keys.self, forKey: .left)
            try inner.encode(left, forKey: .value)
            var rest = container.nestedUnkeyedContainer(forKey: .rest)
            for tree in trees { try tree.encode(to: rest.superEncoder()) }
        }
    }
}
