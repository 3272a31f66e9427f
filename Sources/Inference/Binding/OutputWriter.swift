internal import SibylJSON
internal import SibylModel

/// Writes items of one output tensor as members of records.
final class OutputWriter {
    private let binding: OutputBinding
    private let tensor: TensorView
    /// The shape in which an item is written.
    private let shape: [Int]
    /// How many elements an item has.
    private let count: Int

    /// - Parameter rows: how many items the tensor must hold; nil when it is one item by itself.
    /// - Throws: `PredictionError` for a tensor that is not what the model says of it.
    init(_ binding: OutputBinding, _ tensor: TensorView, rows: Int?) throws(PredictionError) {
        try tensor.checkElements(of: binding.spec)
        if !binding.isOfAnyShape { try tensor.checkShape(of: binding.spec, rows: rows) }
        let item = rows == nil ? tensor.shape : Array(tensor.shape.dropFirst())
        if case .object(let labels) = binding.form, item.last != labels.count {
            throw PredictionError(
                .failed,
                "the model gave \(binding.spec.name) in the shape \(tensor.shape), and its description names "
                    + "\(labels.count) labels")
        }
        self.binding = binding
        self.tensor = tensor
        shape = binding.shape.isEmpty && !binding.isOfAnyShape ? [] : item
        count = item.reduce(1, *)
    }

    var name: String { binding.name }

    func write(row: Int, to writer: inout JSONWriter) throws {
        var position = row * count
        switch tensor.type {
        case .bool: try write(as: ByteBool.self, &position, &writer)
        case .uint8: try write(as: UInt8.self, &position, &writer)
        case .uint16: try write(as: UInt16.self, &position, &writer)
        case .uint32: try write(as: UInt32.self, &position, &writer)
        case .uint64: try write(as: UInt64.self, &position, &writer)
        case .int8: try write(as: Int8.self, &position, &writer)
        case .int16: try write(as: Int16.self, &position, &writer)
        case .int32: try write(as: Int32.self, &position, &writer)
        case .int64: try write(as: Int64.self, &position, &writer)
        case .float16: try write(as: Half.self, &position, &writer)
        case .bfloat16: try write(as: BrainFloat.self, &position, &writer)
        case .float32: try write(as: Float.self, &position, &writer)
        case .float64: try write(as: Double.self, &position, &writer)
        case .string: try write(shape[...], &position, &writer) { try writeString(at: $0, &$1) }
        }
    }

    private func write<Element: TensorElement>(
        as type: Element.Type, _ position: inout Int, _ writer: inout JSONWriter
    ) throws {
        let elements = tensor.data
        func element(at index: Int) -> Element {
            elements.loadUnaligned(fromByteOffset: index * MemoryLayout<Element>.size, as: Element.self)
        }
        if case .names(let labels) = binding.form {
            try write(shape[...], &position, &writer) { index, writer in
                writer.string(try label(element(at: index), among: labels))
            }
        } else {
            try write(shape[...], &position, &writer) { index, writer in
                try writeNumber(element(at: index), &writer)
            }
        }
    }

    // MARK: - Shapes

    /// - Parameter element: writes the element at a place.
    @inline(__always)
    private func write(
        _ shape: ArraySlice<Int>, _ position: inout Int, _ writer: inout JSONWriter,
        _ element: (Int, inout JSONWriter) throws -> Void
    ) throws {
        guard shape.count > 1 else { return try writeRow(shape.first, &position, &writer, element) }
        try writeArrays(shape, &position, &writer, element)
    }

    private func writeArrays(
        _ shape: ArraySlice<Int>, _ position: inout Int, _ writer: inout JSONWriter,
        _ element: (Int, inout JSONWriter) throws -> Void
    ) throws {
        guard shape.count > 1 else { return try writeRow(shape.first, &position, &writer, element) }
        writer.beginArray()
        for _ in 0..<(shape.first ?? 0) { try writeArrays(shape.dropFirst(), &position, &writer, element) }
        writer.endArray()
    }

    /// The last dimension, or a scalar.
    private func writeRow(
        _ length: Int?, _ position: inout Int, _ writer: inout JSONWriter,
        _ element: (Int, inout JSONWriter) throws -> Void
    ) throws {
        defer { position += length ?? 1 }
        guard let length else { return try element(position, &writer) }
        if case .object(let labels) = binding.form {
            writer.beginObject()
            for (index, label) in labels.enumerated() {
                writer.key(label)
                try element(position + index, &writer)
            }
            return writer.endObject()
        }
        writer.beginArray()
        for index in position..<position + length { try element(index, &writer) }
        writer.endArray()
    }

    // MARK: - Elements

    private func writeNumber(_ element: some TensorElement, _ writer: inout JSONWriter) throws(PredictionError) {
        do throws(JSONError) {
            try element.write(to: &writer)
        } catch {
            if binding.isNullable { return writer.null() }
            throw PredictionError(
                .failed,
                "the model's \(binding.name) has a number that is not finite, for which JSON has no form; say "
                    + "`nullable: true` of it in the model's description to give null, or ask for tensors", cause: error
            )
        }
    }

    private func label(_ element: some TensorElement, among labels: [String]) throws(PredictionError) -> String {
        guard let place = element.place, labels.indices.contains(place) else {
            throw PredictionError(
                .failed,
                "the model's \(binding.name) is class \(element), and its description names \(labels.count), "
                    + "counted from 0")
        }
        return labels[place]
    }

    private func writeString(at index: Int, _ writer: inout JSONWriter) throws(PredictionError) {
        guard let text = String(validating: tensor.strings[index], as: UTF8.self) else {
            throw PredictionError(
                .failed, "the model's \(binding.name) is no UTF-8, for which JSON has no form; ask for tensors")
        }
        writer.string(text)
    }
}

extension TensorView {
    /// Checks that a tensor has the elements that a model says, as many as its shape says.
    func checkElements(of spec: TensorSpec) throws(PredictionError) {
        guard type == spec.type else {
            throw PredictionError(.failed, "the model gave \(spec.name) as \(type), and says \(spec.type)")
        }
        guard holdsItsShape else {
            throw PredictionError(.failed, "the model gave \(spec.name) without all elements of its shape \(shape)")
        }
    }

    private var holdsItsShape: Bool {
        guard shape.allSatisfy({ $0 >= 0 }), let count = TensorShape.count(shape) else { return false }
        return type.byteCount.map { $0 * count == data.count } ?? (strings.count == count)
    }

    /// Checks that a tensor has the shape that a model says.
    ///
    /// - Parameter rows: how long the first dimension must be; nil for what the model says.
    func checkShape(of spec: TensorSpec, rows: Int?) throws(PredictionError) {
        if let rows, shape.first != rows {
            throw PredictionError(
                .failed,
                "the model gave \(spec.name) in the shape \(shape) for \(rows) items, which its first dimension "
                    + "does not count; say `batch: false` in its description")
        }
        let fits = zip(shape, spec.shape).dropFirst(rows == nil ? 0 : 1).allSatisfy { $1 == -1 || $0 == $1 }
        guard shape.count == spec.shape.count, fits else {
            throw PredictionError(
                .failed,
                "the model gave \(spec.name) in the shape \(shape), and says \(spec.shape); its description can "
                    + "tell the right `shape` of an output")
        }
    }
}
