internal import COnnxRuntime

/// Values of ONNX Runtime that are released together.
struct ValueList: ~Copyable {
    let library: ONNXLibrary
    /// Null where there is no value yet.
    let places: UnsafeMutableBufferPointer<OpaquePointer?>

    init(_ library: ONNXLibrary, count: Int) {
        self.library = library
        // At least one, so that there is an address to hand over.
        places = .allocate(capacity: max(count, 1))
        places.initialize(repeating: nil)
    }

    /// Has ONNX Runtime read or fill the places.
    func withPlaces(_ body: (UnsafeMutablePointer<OpaquePointer?>) -> OpaquePointer?) -> OpaquePointer? {
        body(places.baseAddress!)
    }

    deinit {
        for value in places where value != nil { library.api.pointee.ReleaseValue(value) }
        places.deallocate()
    }
}
