/// A tensor whose elements somebody else owns: a received frame, a runtime's output. Valid as long as those are.
public struct TensorView {
    public var type: DataType
    /// The length of each dimension; empty for a scalar.
    public var shape: [Int]
    /// The elements, row-major, packed, little-endian, a `bool` in one byte; empty for strings. Not always aligned.
    public var data: UnsafeRawBufferPointer
    /// The elements of a tensor of strings, row-major; else empty.
    public var strings: [UnsafeRawBufferPointer]

    public init(_ type: DataType, shape: [Int], data: UnsafeRawBufferPointer) {
        self.type = type
        self.shape = shape
        self.data = data
        strings = []
    }

    public init(strings: [UnsafeRawBufferPointer], shape: [Int]) {
        type = .string
        self.shape = shape
        data = UnsafeRawBufferPointer(start: nil, count: 0)
        self.strings = strings
    }

    public var count: Int { shape.reduce(1, *) }
}

/// What a model says of one of its tensors.
public struct TensorSpec: Sendable, Hashable {
    public var name: String
    public var type: DataType
    /// The length of each dimension, -1 for one of any length; empty for a scalar.
    public var shape: [Int]

    public init(_ name: String, _ type: DataType, shape: [Int]) {
        self.name = name
        self.type = type
        self.shape = shape
    }
}
