internal import SibylJSON

/// JSON as reports need it: members in their order, and every scalar as the text that is shown.
indirect enum ReportValue: Equatable {
    case scalar(String)
    case array([ReportValue])
    case object([Member])

    struct Member: Equatable {
        var name: String
        var value: ReportValue
    }

    init(json: [UInt8]) throws {
        self = try json.withUnsafeBytes { bytes in
            var parser = JSONParser(bytes)
            let value = try Self.read(&parser, bytes)
            try parser.finish()
            return value
        }
    }

    // The parser bounds the depth.
    private static func read(
        _ parser: inout JSONParser, _ bytes: UnsafeRawBufferPointer
    ) throws(JSONError) -> ReportValue {
        switch try parser.peek() {
        case .object:
            var members: [Member] = []
            try parser.beginObject()
            while let key = try parser.nextKey() {
                members.append(Member(name: key.string, value: try read(&parser, bytes)))
            }
            return .object(members)
        case .array:
            var items: [ReportValue] = []
            try parser.beginArray()
            while try parser.nextElement() { items.append(try read(&parser, bytes)) }
            return .array(items)
        case .string: return .scalar(try parser.string().string)
        case .number, .bool, .null:
            let place = try parser.skipValue()
            return .scalar(String(decoding: bytes[place], as: UTF8.self))
        }
    }

    subscript(_ name: String) -> ReportValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    var text: String? {
        if case .scalar(let text) = self { text } else { nil }
    }

    var items: [ReportValue] {
        if case .array(let items) = self { items } else { [] }
    }

    var members: [Member] {
        if case .object(let members) = self { members } else { [] }
    }

    /// The value in one line: scalars as they are, lists with commas.
    var line: String {
        switch self {
        case .scalar(let text): text
        case .array(let items): items.map(\.line).joined(separator: ", ")
        case .object(let members): members.map { "\($0.name)=\($0.value.line)" }.joined(separator: " ")
        }
    }
}
