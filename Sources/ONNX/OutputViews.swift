internal import COnnxRuntime
internal import SibylInference
internal import SibylModel

extension ValueList {
    /// Hands over what a model gave, one value a spec. The views look into ONNX Runtime's own memory.
    func withViews(_ specs: [TensorSpec], _ body: ([TensorView]) throws -> Void) throws {
        // Of strings.
        var texts: [UnsafeMutableRawBufferPointer] = []
        defer { for text in texts { text.deallocate() } }
        var views: [TensorView] = []
        views.reserveCapacity(specs.count)
        for (value, spec) in zip(places, specs) {
            guard let value else { throw PredictionError(.failed, "the model gave no \(spec.name)") }
            let (number, shape) = try library.typeAndShape(of: value)
            guard number == spec.type.onnxNumber else {
                throw PredictionError(.failed, "the model gave \(spec.name) in another type than it says")
            }
            views.append(
                spec.type == .string
                    ? TensorView(strings: try library.strings(of: value, shape, in: &texts), shape: shape)
                    : TensorView(spec.type, shape: shape, data: try library.bytes(of: value, spec.type, shape)))
        }
        try body(views)
    }
}

extension ONNXLibrary {
    fileprivate func typeAndShape(of value: OpaquePointer) throws(ONNXStatus) -> (Int32, [Int]) {
        let info = try api.object { api.pointee.GetTensorTypeAndShape(value, $0) }
        defer { api.pointee.ReleaseTensorTypeAndShapeInfo(info) }
        let number: Int32 = try api.number { api.pointee.GetTensorElementType(info, $0) }
        return (number, try shape(of: info))
    }

    fileprivate func bytes(of value: OpaquePointer, _ type: DataType, _ shape: [Int]) throws(ONNXStatus)
        -> UnsafeRawBufferPointer
    {
        // They are in memory, so their number can be counted.
        let count = shape.reduce(type.byteCount ?? 0, *)
        var elements: UnsafeMutableRawPointer?
        if count > 0 { try api.check(api.pointee.GetTensorMutableData(value, &elements)) }
        return UnsafeRawBufferPointer(start: elements, count: elements == nil ? 0 : count)
    }

    /// ONNX Runtime's strings are C++'s, and it copies them one behind the other for whoever asks.
    fileprivate func strings(of value: OpaquePointer, _ shape: [Int], in texts: inout [UnsafeMutableRawBufferPointer])
        throws(ONNXStatus)
        -> [UnsafeRawBufferPointer]
    {
        let count = shape.reduce(1, *)
        if count == 0 { return [] }
        let length: Int = try api.number { api.pointee.GetStringTensorDataLength(value, $0) }
        // At least one byte, so that there is an address to hand over.
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: max(length, 1), alignment: 1)
        texts.append(room)
        var starts = [Int](repeating: 0, count: count)
        try api.check(api.pointee.GetStringTensorContent(value, room.baseAddress!, length, &starts, count))
        return (0..<count).map { index in
            let end = index + 1 < count ? starts[index + 1] : length
            return UnsafeRawBufferPointer(rebasing: room[starts[index]..<end])
        }
    }
}
