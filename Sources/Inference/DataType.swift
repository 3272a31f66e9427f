/// What the elements of a tensor are.
public enum DataType: Sendable, Hashable, CaseIterable {
    case bool
    case uint8, uint16, uint32, uint64
    case int8, int16, int32, int64
    /// IEEE 754 half precision, and the upper half of a `float32`.
    case float16, bfloat16
    case float32, float64
    /// UTF-8 text or any bytes, of any length.
    case string

    /// Bytes of one element; nil for strings.
    public var byteCount: Int? {
        switch self {
        case .bool, .uint8, .int8: 1
        case .uint16, .int16, .float16, .bfloat16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64: 8
        case .string: nil
        }
    }

    /// As the Open Inference Protocol calls it.
    public var openInferenceName: String {
        switch self {
        case .bool: "BOOL"
        case .uint8: "UINT8"
        case .uint16: "UINT16"
        case .uint32: "UINT32"
        case .uint64: "UINT64"
        case .int8: "INT8"
        case .int16: "INT16"
        case .int32: "INT32"
        case .int64: "INT64"
        case .float16: "FP16"
        case .bfloat16: "BF16"
        case .float32: "FP32"
        case .float64: "FP64"
        case .string: "BYTES"
        }
    }

    /// Nil for a name that is none of the protocol's.
    public init?(openInferenceName name: String) {
        guard let type = Self.allCases.first(where: { $0.openInferenceName == name }) else { return nil }
        self = type
    }
}
