internal import SibylJSON

extension JSONElements {
    /// Appends a tensor's elements as a flat array.
    ///
    /// - Parameter nulls: elements that are written as null, ascending.
    /// - Throws: `ElementFault` for what JSON has no form for.
    static func write(_ tensor: TensorView, nulls: [Int], into writer: inout JSONWriter) throws(ElementFault) {
        writer.beginArray()
        switch tensor.type {
        case .bool: try write(tensor, nulls, UInt8.self, into: &writer) { $0.bool($1 != 0) }
        case .uint8: try write(tensor, nulls, UInt8.self, into: &writer) { $0.integer(Int($1)) }
        case .uint16: try write(tensor, nulls, UInt16.self, into: &writer) { $0.integer(Int($1)) }
        case .uint32: try write(tensor, nulls, UInt32.self, into: &writer) { $0.integer(Int($1)) }
        case .uint64: try write(tensor, nulls, UInt64.self, into: &writer) { $0.integer($1) }
        case .int8: try write(tensor, nulls, Int8.self, into: &writer) { $0.integer(Int($1)) }
        case .int16: try write(tensor, nulls, Int16.self, into: &writer) { $0.integer(Int($1)) }
        case .int32: try write(tensor, nulls, Int32.self, into: &writer) { $0.integer(Int($1)) }
        case .int64: try write(tensor, nulls, Int64.self, into: &writer) { $0.integer(Int($1)) }
        case .float16:
            try write(tensor, nulls, UInt16.self, into: &writer) { writer, bits throws(JSONError) in
                try writer.float(HalfFloat.float(float16: bits))
            }
        case .bfloat16:
            try write(tensor, nulls, UInt16.self, into: &writer) { writer, bits throws(JSONError) in
                try writer.float(HalfFloat.float(bfloat16: bits))
            }
        case .float32:
            try write(tensor, nulls, Float.self, into: &writer) { writer, value throws(JSONError) in
                try writer.float(value)
            }
        case .float64:
            try write(tensor, nulls, Double.self, into: &writer) { writer, value throws(JSONError) in
                try writer.double(value)
            }
        case .string: try writeStrings(tensor.strings, nulls, into: &writer)
        }
        writer.endArray()
    }

    private static func write<Element: BitwiseCopyable>(
        _ tensor: TensorView, _ nulls: [Int], _ type: Element.Type, into writer: inout JSONWriter,
        _ write: (inout JSONWriter, Element) throws(JSONError) -> Void
    ) throws(ElementFault) {
        var nulls = nulls[...]
        let size = MemoryLayout<Element>.size
        for index in 0..<tensor.data.count / size {
            if nulls.first == index {
                nulls.removeFirst()
                writer.null()
                continue
            }
            let element = tensor.data.loadUnaligned(fromByteOffset: index * size, as: Element.self)
            do {
                try write(&writer, element)
            } catch {
                throw ElementFault(
                    "element \(index) is not a finite number, and JSON has no form for it; ask for the output as binary"
                )
            }
        }
    }

    private static func writeStrings(
        _ strings: [UnsafeRawBufferPointer], _ nulls: [Int], into writer: inout JSONWriter
    ) throws(ElementFault) {
        var nulls = nulls[...]
        for (index, bytes) in strings.enumerated() {
            if nulls.first == index {
                nulls.removeFirst()
                writer.null()
            } else if !writer.string(utf8: bytes) {
                throw ElementFault(
                    "element \(index) is not UTF-8, and JSON has no form for it; ask for the output as binary")
            }
        }
    }
}
