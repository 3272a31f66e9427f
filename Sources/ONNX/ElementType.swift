internal import COnnxRuntime
internal import SibylInference

extension DataType {
    /// The type of that number in ONNX; nil for one that Sibyl does not pass on.
    init?(onnx number: Int32) {
        guard let type = Self.allCases.first(where: { $0.onnxNumber == number }) else { return nil }
        self = type
    }

    var onnxNumber: Int32 {
        switch self {
        case .bool: Int32(ONNX_BOOL)
        case .uint8: Int32(ONNX_UINT8)
        case .uint16: Int32(ONNX_UINT16)
        case .uint32: Int32(ONNX_UINT32)
        case .uint64: Int32(ONNX_UINT64)
        case .int8: Int32(ONNX_INT8)
        case .int16: Int32(ONNX_INT16)
        case .int32: Int32(ONNX_INT32)
        case .int64: Int32(ONNX_INT64)
        case .float16: Int32(ONNX_FLOAT16)
        case .bfloat16: Int32(ONNX_BFLOAT16)
        case .float32: Int32(ONNX_FLOAT)
        case .float64: Int32(ONNX_DOUBLE)
        case .string: Int32(ONNX_STRING)
        }
    }

    /// What ONNX calls the types that are refused.
    static func onnxName(_ number: Int32) -> String {
        let names: [Int32: String] = [
            14: "complex64", 15: "complex128", 17: "float8e4m3fn", 18: "float8e4m3fnuz", 19: "float8e5m2",
            20: "float8e5m2fnuz", 21: "uint4", 22: "int4", 23: "float4e2m1", 24: "uint2", 25: "int2", 26: "float8e8m0",
        ]
        return names[number] ?? "type \(number)"
    }
}
