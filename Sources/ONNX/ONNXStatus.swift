internal import COnnxRuntime

/// What ONNX Runtime says of a call that failed.
struct ONNXStatus: Error, CustomStringConvertible {
    var code: Int
    var message: String

    var description: String { message }
    var isAboutArguments: Bool { code == ORT_INVALID_ARGUMENT }
    var isAboutProtobuf: Bool { code == ORT_INVALID_PROTOBUF }
}

extension UnsafePointer<ort_api> {
    /// Throws what a call gave, if it failed, and releases it.
    func check(_ status: OpaquePointer?) throws(ONNXStatus) {
        guard let status else { return }
        defer { pointee.ReleaseStatus(status) }
        throw ONNXStatus(
            code: Int(pointee.GetErrorCode(status)), message: String(cString: pointee.GetErrorMessage(status)))
    }

    /// The object that `make` fills in.
    func object(_ make: (UnsafeMutablePointer<OpaquePointer?>) -> OpaquePointer?) throws(ONNXStatus) -> OpaquePointer {
        var object: OpaquePointer?
        try check(make(&object))
        guard let object else { throw ONNXStatus(code: 0, message: "ONNX Runtime gave nothing") }
        return object
    }

    /// The number that `get` fills in.
    func number<Number: FixedWidthInteger>(_ get: (UnsafeMutablePointer<Number>) -> OpaquePointer?) throws(ONNXStatus)
        -> Number
    {
        var number: Number = 0
        try check(get(&number))
        return number
    }
}
