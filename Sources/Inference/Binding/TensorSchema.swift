internal import SibylJSON

/// What tensors look like as JSON.
extension DataType {
    var isFloatingPoint: Bool {
        switch self {
        case .float16, .bfloat16, .float32, .float64: true
        default: false
        }
    }

    /// Whole numbers, which `bool` is not.
    var isInteger: Bool { byteCount != nil && self != .bool && !isFloatingPoint }

    /// The schema of one element.
    var schema: JSONSchema {
        switch self {
        case .bool: .boolean()
        case .string: .string()
        case .float16, .bfloat16, .float32, .float64: .number()
        case .int8: .integer(minimum: Int64(Int8.min), maximum: Int64(Int8.max))
        case .int16: .integer(minimum: Int64(Int16.min), maximum: Int64(Int16.max))
        case .int32: .integer(minimum: Int64(Int32.min), maximum: Int64(Int32.max))
        case .int64: .integer(minimum: .min, maximum: .max)
        case .uint8: .integer(minimum: 0, maximum: Int64(UInt8.max))
        case .uint16: .integer(minimum: 0, maximum: Int64(UInt16.max))
        case .uint32: .integer(minimum: 0, maximum: Int64(UInt32.max))
        // The nearest double, which is one more: what is above it is told apart when it is read.
        case .uint64: JSONSchema.integer(minimum: 0).with("maximum", .double(Double(UInt64.max)))
        }
    }
}

extension JSONSchema {
    /// Arrays in arrays, one level a dimension, of any length where that is -1.
    func nested(in shape: some BidirectionalCollection<Int>) -> JSONSchema {
        shape.reversed().reduce(self) { items, length in
            let count = length < 0 ? nil : length
            return .array(of: items, minimumCount: count, maximumCount: count)
        }
    }

    /// An object of these members.
    static func record(_ members: [(name: String, schema: JSONSchema, isRequired: Bool)]) -> JSONSchema {
        var properties = JSONObject()
        for member in members { properties[member.name] = member.schema.json }
        let required = members.filter(\.isRequired).map { JSONValue.string($0.name) }
        let record = JSONSchema(["type": "object", "properties": .object(properties)])
        return required.isEmpty ? record : record.with("required", .array(required))
    }

    /// The schema with what people want to know of a value.
    func annotated(description: String?, unit: String?) -> JSONSchema {
        var schema = self
        if let description { schema = schema.described(description) }
        if let unit { schema = schema.with("x-unit", .string(unit)) }
        return schema
    }
}
