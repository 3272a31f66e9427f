internal import COnnxRuntime
internal import SibylInference
internal import SibylModel

extension ValueList {
    /// The values of what a model is given. Their elements stay where they are, if a model can read them there: then they
    /// must outlive the list.
    init(_ views: [TensorView], for specs: [TensorSpec], _ library: ONNXLibrary) throws {
        self.init(library, count: views.count)
        for (index, view) in views.enumerated() {
            try Self.check(view, specs[index])
            places[index] = try library.value(of: view)
        }
    }

    /// That type, shape and elements agree with each other and with the model's word, so that nothing is read from beyond
    /// the end, and that a bool is one.
    private static func check(_ view: TensorView, _ spec: TensorSpec) throws(PredictionError) {
        func refusal(_ reason: String) -> PredictionError {
            PredictionError(.invalidInput, "the input \(spec.name) \(reason)")
        }
        guard view.type == spec.type else { throw refusal("is of \(view.type), but must be of \(spec.type)") }
        guard spec.admits(view.shape) else {
            throw refusal("has the shape \(view.shape), but must have \(spec.shape)")
        }
        guard view.isComplete else { throw refusal("does not have the elements that its shape \(view.shape) tells") }
        if view.type == .bool, view.data.contains(where: { $0 > 1 }) {
            throw refusal("holds a bool that is neither 0 nor 1")
        }
    }
}

extension TensorSpec {
    /// Whether a tensor of that shape may be given. ONNX Runtime tells a scalar and a shape that nobody knows by the same
    /// word, so neither is checked.
    func admits(_ shape: [Int]) -> Bool {
        self.shape.isEmpty
            || shape.count == self.shape.count && zip(shape, self.shape).allSatisfy { $1 == -1 ? $0 >= 0 : $0 == $1 }
    }
}

extension TensorView {
    /// Whether there are as many elements as the shape says: no more, no less, and no more than can be counted.
    fileprivate var isComplete: Bool {
        var count = type.byteCount ?? 1
        for length in shape {
            let (product, isTooLarge) = count.multipliedReportingOverflow(by: length)
            guard length >= 0, !isTooLarge else { return false }
            count = product
        }
        return count == (type == .string ? strings.count : data.count)
    }

    /// Whether the elements can be read where they are.
    fileprivate var isAligned: Bool {
        guard let size = type.byteCount, let address = data.baseAddress else { return false }
        return Int(bitPattern: address) % size == 0
    }
}

extension ONNXLibrary {
    fileprivate func value(of view: TensorView) throws(ONNXStatus) -> OpaquePointer {
        if view.isAligned { return try valueInPlace(of: view) }
        let value = try makeValue(of: view)
        do {
            if view.type == .string { try fill(value, with: view.strings) } else { try fill(value, with: view.data) }
        } catch {
            api.pointee.ReleaseValue(value)
            throw error
        }
        return value
    }

    /// A value around the view's own elements, which ONNX Runtime does not write to.
    private func valueInPlace(of view: TensorView) throws(ONNXStatus) -> OpaquePointer {
        try view.withShape { shape, rank throws(ONNXStatus) in
            try api.object {
                api.pointee.CreateTensorWithDataAsOrtValue(
                    memory, UnsafeMutableRawPointer(mutating: view.data.baseAddress), view.data.count, shape, rank,
                    view.type.onnxNumber, $0)
            }
        }
    }

    /// A value with elements of its own, as yet unset.
    private func makeValue(of view: TensorView) throws(ONNXStatus) -> OpaquePointer {
        try view.withShape { shape, rank throws(ONNXStatus) in
            try api.object { api.pointee.CreateTensorAsOrtValue(allocator, shape, rank, view.type.onnxNumber, $0) }
        }
    }

    private func fill(_ value: OpaquePointer, with bytes: UnsafeRawBufferPointer) throws(ONNXStatus) {
        guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
        var elements: UnsafeMutableRawPointer?
        try api.check(api.pointee.GetTensorMutableData(value, &elements))
        elements?.copyMemory(from: source, byteCount: bytes.count)
    }

    /// By length, since a string may hold a zero.
    private func fill(_ value: OpaquePointer, with strings: [UnsafeRawBufferPointer]) throws(ONNXStatus) {
        for (index, string) in strings.enumerated() {
            var room: UnsafeMutablePointer<CChar>?
            try api.check(api.pointee.GetResizedStringTensorElementBuffer(value, index, string.count, &room))
            guard let room, let source = string.baseAddress else { continue }
            UnsafeMutableRawPointer(room).copyMemory(from: source, byteCount: string.count)
        }
    }
}

extension TensorView {
    fileprivate func withShape<Result>(
        _ body: (UnsafePointer<Int64>?, Int) throws(ONNXStatus) -> Result
    ) throws(ONNXStatus) -> Result {
        try shape.withUnsafeBufferPointer { (lengths) throws(ONNXStatus) -> Result in
            try body(UnsafeRawPointer(lengths.baseAddress)?.assumingMemoryBound(to: Int64.self), lengths.count)
        }
    }
}
