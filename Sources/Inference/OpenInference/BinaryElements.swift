internal import SibylJSON

/// Tensors whose elements stand behind the JSON: views of the payload's own bytes.
enum BinaryElements {
    /// - Throws: `ElementFault` when the bytes are not those of so many elements.
    static func tensor(_ type: DataType, shape: [Int], count: Int, _ bytes: UnsafeRawBufferPointer)
        throws(ElementFault) -> TensorView
    {
        guard let size = type.byteCount else {
            return TensorView(strings: try strings(count, in: bytes), shape: shape)
        }
        // Neither factor is large enough for the product to overflow.
        guard count * size == bytes.count else {
            throw ElementFault(
                "its shape \(TensorShape.text(shape)) takes \(count * size) bytes of \(type.openInferenceName), its "
                    + "binary_data_size is \(bytes.count)")
        }
        if type == .bool, let index = bytes.firstIndex(where: { $0 > 1 }) {
            throw ElementFault("element \(index) is the byte \(bytes[index]); a BOOL is 0 or 1")
        }
        return TensorView(type, shape: shape, data: bytes)
    }

    /// Each is its length in four bytes, little-endian, and that many bytes.
    private static func strings(_ count: Int, in bytes: UnsafeRawBufferPointer) throws(ElementFault)
        -> [UnsafeRawBufferPointer]
    {
        // Before room is made for so many.
        guard count <= bytes.count / 4 else {
            throw ElementFault("its binary_data_size of \(bytes.count) is too short for \(count) elements of BYTES")
        }
        var strings: [UnsafeRawBufferPointer] = []
        strings.reserveCapacity(count)
        var rest = bytes[...]
        for index in 0..<count {
            guard let string = takeString(from: &rest) else {
                throw ElementFault("element \(index) of its BYTES goes beyond its binary_data_size of \(bytes.count)")
            }
            strings.append(string)
        }
        guard rest.isEmpty else {
            throw ElementFault("\(rest.count) bytes are left of its binary_data_size behind its \(count) elements")
        }
        return strings
    }

    private static func takeString(from rest: inout Slice<UnsafeRawBufferPointer>) -> UnsafeRawBufferPointer? {
        let bytes = UnsafeRawBufferPointer(rebasing: rest)
        guard bytes.count >= 4 else { return nil }
        let length = Int(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)))
        guard length <= bytes.count - 4 else { return nil }
        rest = rest.dropFirst(4 + length)
        return UnsafeRawBufferPointer(rebasing: bytes[4..<4 + length])
    }
}

extension BinaryElements {
    /// How many bytes a tensor takes behind the JSON.
    static func byteCount(of tensor: TensorView) -> Int {
        tensor.type == .string ? tensor.strings.reduce(0) { $0 + 4 + $1.count } : tensor.data.count
    }

    /// Appends them.
    static func write(_ tensor: TensorView, into writer: inout JSONWriter) {
        guard tensor.type == .string else { return append(tensor.data, to: &writer) }
        for string in tensor.strings {
            // Whatever holds strings in memory holds none of 4 GiB.
            withUnsafeBytes(of: UInt32(truncatingIfNeeded: string.count).littleEndian) { append($0, to: &writer) }
            append(string, to: &writer)
        }
    }

    private static func append(_ bytes: UnsafeRawBufferPointer, to writer: inout JSONWriter) {
        // No comma comes between.
        writer.beginText()
        writer.raw(bytes)
    }
}
