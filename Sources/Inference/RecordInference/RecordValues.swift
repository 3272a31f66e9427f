internal import SibylJSON
internal import SibylModel

/// What a column has in each record of a request. A class for the same reason as the column.
final class RecordValues {
    let column: RecordColumn
    /// Of the elements; nil for null everywhere.
    private let type: DataType?
    private let data: UnsafeRawBufferPointer
    private let strings: [UnsafeRawBufferPointer]
    private let nulls: [Int]

    /// - Parameter input: nil for null everywhere; its elements must stay.
    init(column: RecordColumn, input: InferRequest.Input?) {
        self.column = column
        type = input?.tensor.type
        data = input?.tensor.data ?? UnsafeRawBufferPointer(start: nil, count: 0)
        strings = input?.tensor.strings ?? []
        nulls = input?.nulls ?? []
    }

    /// Checks whether an input can be a column.
    ///
    /// - Parameter records: an input that was found to be one: it tells how many records there are.
    static func check(_ input: InferRequest.Input, at place: Int, of column: RecordColumn, records: InferRequest.Input?)
        throws(PredictionError)
    {
        let (tensor, name) = (input.tensor, input.name)
        guard column.kind.takes(tensor.type) else {
            throw .misfit(
                "input '\(name)' is \(tensor.type.openInferenceName), and the model takes "
                    + column.kind.type.openInferenceName, at: "/inputs/\(place)/datatype")
        }
        guard tensor.shape.count == 1 || (tensor.shape.count == 2 && tensor.shape[1] == 1) else {
            throw .misfit(
                "input '\(name)' has the shape \(TensorShape.text(tensor.shape)); it must be [n] or [n, 1], one element a "
                    + "record", at: "/inputs/\(place)/shape")
        }
        if let records, records.tensor.shape[0] != tensor.shape[0] {
            throw .misfit(
                "input '\(name)' has \(tensor.shape[0]) records, and '\(records.name)' has \(records.tensor.shape[0])",
                at: "/inputs/\(place)/shape")
        }
    }

    // MARK: - Values as JSON

    /// Appends a record's value.
    ///
    /// - Throws: `PredictionError` for one that JSON has no form for.
    func write(_ record: Int, to writer: inout JSONWriter) throws(PredictionError) {
        guard let type, !isNull(record) else { return writer.null() }
        switch type {
        case .bool: writer.bool(element(record, UInt8.self) != 0)
        case .uint8: writer.integer(Int(element(record, UInt8.self)))
        case .uint16: writer.integer(Int(element(record, UInt16.self)))
        case .uint32: writer.integer(Int(element(record, UInt32.self)))
        case .uint64: writer.integer(element(record, UInt64.self))
        case .int8: writer.integer(Int(element(record, Int8.self)))
        case .int16: writer.integer(Int(element(record, Int16.self)))
        case .int32: writer.integer(Int(element(record, Int32.self)))
        case .int64: writer.integer(Int(element(record, Int64.self)))
        case .float16: try write(Double(HalfFloat.float(float16: element(record, UInt16.self))), record, &writer)
        case .bfloat16: try write(Double(HalfFloat.float(bfloat16: element(record, UInt16.self))), record, &writer)
        case .float32: try write(Double(element(record, Float.self)), record, &writer)
        case .float64: try write(element(record, Double.self), record, &writer)
        case .string where column.kind == .json: try write(json: strings[record], record, &writer)
        case .string: try write(text: strings[record], record, &writer)
        }
    }

    private func element<Element: BitwiseCopyable>(_ index: Int, _ type: Element.Type) -> Element {
        data.loadUnaligned(fromByteOffset: index * MemoryLayout<Element>.size, as: type)
    }

    private func isNull(_ record: Int) -> Bool {
        !nulls.isEmpty && Self.contains(record, nulls)
    }

    /// Binary search: nulls are ascending.
    private static func contains(_ record: Int, _ nulls: [Int]) -> Bool {
        var range = nulls.startIndex..<nulls.endIndex
        // Halves each turn.
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if nulls[middle] == record { return true }
            range = nulls[middle] < record ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return false
    }

    private func write(_ number: Double, _ record: Int, _ writer: inout JSONWriter) throws(PredictionError) {
        if number.isNaN && column.isNullable { return writer.null() }
        do {
            try writer.double(number)
        } catch {
            throw fault(record, "is \(number), and JSON has no form for it")
        }
    }

    private func write(text: UnsafeRawBufferPointer, _ record: Int, _ writer: inout JSONWriter) throws(PredictionError)
    {
        guard writer.string(utf8: text) else { throw fault(record, "is not UTF-8") }
    }

    /// Only what is one JSON value may stand in a record.
    private func write(json: UnsafeRawBufferPointer, _ record: Int, _ writer: inout JSONWriter) throws(PredictionError)
    {
        var parser = JSONParser(json)
        do {
            try parser.skipValue()
            try parser.finish()
        } catch {
            throw fault(record, "is not JSON, as this input's must be: \(error)")
        }
        writer.raw(json)
    }

    private func fault(_ record: Int, _ what: String) -> PredictionError {
        .misfit("element \(record) of input '\(column.name)' \(what)", at: "/\(record)/\(column.name)")
    }
}
