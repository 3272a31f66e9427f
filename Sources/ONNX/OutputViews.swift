internal import COnnxRuntime
internal import SibylInference
internal import SibylModel

extension ValueList {
    /// Hands over what a model gave: of the outputs that `specs` describes, those at `indices`. The views look into ONNX
    /// Runtime's own memory.
    func withViews(of specs: [TensorSpec], at indices: [Int], _ body: ([TensorView]) throws -> Void) throws {
        // Of strings.
        var texts: [UnsafeMutableRawBufferPointer] = []
        defer { for text in texts { text.deallocate() } }
        var views: [TensorView] = []
        views.reserveCapacity(indices.count)
        for (place, index) in indices.enumerated() {
            let spec = specs[index]
            guard let value = places[place] else { throw PredictionError(.failed, "the model gave no \(spec.name)") }
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
        var (type, rank): (Int32, Int) = (0, 0)
        // The value's own, valid as long as it is.
        var shape: UnsafePointer<Int64>?
        try api.check(api.pointee.GetTensorElementTypeAndShapeDataReference(value, &type, &shape, &rank))
        return (type, UnsafeBufferPointer(start: shape, count: shape == nil ? 0 : rank).map { Int($0) })
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
