internal import SibylJSON
internal import SibylModel

/// The records of several payloads as rows of JSON.
struct RecordRows: ~Copyable {
    /// As for a batch of JSON inputs: a record of one byte would else take a hundred times that as JSON.
    private static let mostRecords = 1_000_000
    /// Four times the longest message of a usual configuration.
    private static let mostBytes = 256 << 20

    private enum Row {
        /// A payload as it came.
        case payload(UnsafeRawBufferPointer)
        /// A place in what was written.
        case written(Range<Int>)
    }

    private let schema: RecordSchema
    private var rows: [Row] = []
    private var writer = JSONWriter(capacity: 1024)

    init(_ schema: RecordSchema) {
        self.schema = schema
    }

    var count: Int { rows.count }

    /// Lends `body` the rows.
    func withPayloads(_ body: ([UnsafeRawBufferPointer]) -> Void) {
        let written = writer.written
        body(
            rows.map { row in
                switch row {
                case .payload(let bytes): bytes
                case .written(let range): UnsafeRawBufferPointer(rebasing: written[range])
                }
            })
    }

    mutating func append(_ payload: UnsafeRawBufferPointer) {
        rows.append(.payload(payload))
    }

    /// Appends the records of a request.
    ///
    /// - Parameter places: of the columns' tensors in the request, nil for those that are left out.
    /// - Returns: their rows.
    /// - Throws: `PredictionError` that names the tensor which does not fit; nothing is appended then.
    mutating func append(_ request: InferRequest, _ places: [Int?]) throws(PredictionError) -> Range<Int> {
        let (values, first) = try columns(of: request, places)
        guard let records = first?.tensor.shape[0] else {
            throw .misfit("the infer request has no inputs, and so no records", at: "/inputs")
        }
        guard records <= Self.mostRecords else {
            throw .misfit("the infer request has \(records) records; send at most \(Self.mostRecords)", at: "/inputs")
        }
        let (before, begin) = (rows.count, writer.count)
        do throws(PredictionError) {
            for record in 0..<records { try append(record, of: values, since: begin) }
        } catch {
            rows.removeLast(rows.count - before)
            writer.truncate(to: begin)
            throw error
        }
        return before..<rows.count
    }

    // MARK: - Columns

    /// - Returns: what each column has in each record, without those that have nothing; and one of the inputs, which all
    ///   have as many records.
    private func columns(of request: InferRequest, _ places: [Int?]) throws(PredictionError) -> (
        values: [RecordValues], first: InferRequest.Input?
    ) {
        var values: [RecordValues] = []
        var first: InferRequest.Input?
        // Told last: whoever misspells a name hears of that.
        var missing: RecordColumn?
        for (column, place) in zip(schema.columns, places) {
            if let place {
                let input = request.inputs[place]
                try RecordValues.check(input, at: place, of: column, records: first)
                first = first ?? input
                values.append(RecordValues(column: column, input: input))
            } else if !column.isOptional {
                if !column.isNullable { missing = missing ?? column }
                values.append(RecordValues(column: column, input: nil))
            }
        }
        if let missing { throw .misfit("input '\(missing.name)' is missing", at: "/inputs") }
        return (values, first)
    }

    // MARK: - Rows

    private mutating func append(_ record: Int, of values: [RecordValues], since begin: Int) throws(PredictionError) {
        let start = writer.count
        writer.beginText()
        if schema.isRecord { writer.beginObject() }
        for value in values {
            if schema.isRecord {
                value.column.key.withUnsafeBytes { writer.raw($0) }
                // The value follows its key without a comma.
                writer.beginText()
            }
            try value.write(record, to: &writer)
        }
        if schema.isRecord { writer.endObject() }
        guard writer.count - begin <= Self.mostBytes else {
            throw .misfit(
                "the records take more than \(Self.mostBytes >> 20) MiB as JSON; send them in several requests",
                at: "/inputs")
        }
        rows.append(.written(start..<writer.count))
    }
}
