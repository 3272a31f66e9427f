internal import SibylJSON
internal import SibylModel

/// The outputs of a request's records, gathered into columns.
struct RecordResults {
    private let schema: RecordSchema
    /// The columns that are asked for, in that order.
    private let asked: [Int]
    private let count: Int
    /// Of those columns, by their places in the schema; nil for the others.
    private var columns: [ResultColumn?]
    /// The record that comes next.
    private var record = 0
    private let storage = TensorStorage()

    init(_ schema: RecordSchema, _ asked: [Int], count: Int) {
        self.schema = schema
        self.asked = asked
        self.count = count
        columns = Array(repeating: nil, count: schema.columns.count)
        for place in asked { columns[place] = ResultColumn(schema.columns[place], count: count, storage) }
    }

    /// Adds the next record's output.
    ///
    /// - Throws: `PredictionError`, the record's own or for an output that is not as its schema says.
    mutating func add(_ result: Result<UnsafeRawBufferPointer, PredictionError>, document: JSONDocument)
        throws(PredictionError)
    {
        do {
            let output = try result.get()
            try document.withParsed(output) { node in try add(node) }
        } catch let error as PredictionError {
            throw error.of(record: record)
        } catch {
            throw PredictionError(.failed, "the model's output is not JSON: \(error)", cause: error).of(record: record)
        }
        record += 1
    }

    private mutating func add(_ node: JSONNode) throws {
        guard schema.isRecord else {
            try columns[0]?.set(node, at: record)
            return
        }
        guard node.kind == .object else { throw PredictionError(.failed, "the model's output is no object") }
        var expected = 0
        for member in node.members {
            guard let place = place(of: member.key.stringText, expected) else { continue }
            expected = place + 1
            try columns[place]?.set(member.value, at: record)
        }
        for place in asked { try columns[place]?.finish(record) }
    }

    /// Members usually come in the order of the schema.
    private func place(of key: JSONText, _ expected: Int) -> Int? {
        if expected < schema.columns.count,
            schema.columns[expected].utf8.withUnsafeBytes({ key.equals($0) })
        {
            return expected
        }
        return schema.places[key.string]
    }

    /// Appends the response to the request.
    ///
    /// - Throws: `PredictionError` for a column that lacks a value and has no form for that.
    func write(_ response: InferResponse, to request: InferRequest, into outcomes: inout PredictionOutcomes)
        throws(PredictionError)
    {
        let outputs = try outputs(for: request)
        // The outputs are views of what it owns.
        withExtendedLifetime(storage) {
            outcomes.appendBinary { try response.write(outputs, to: request, into: &$0) }
        }
    }

    /// The columns as outputs. One that no record has is left out where no outputs are asked for by name.
    private func outputs(for request: InferRequest) throws(PredictionError) -> [InferResponse.Output] {
        var outputs: [InferResponse.Output] = []
        for (position, place) in asked.enumerated() {
            guard let column = columns[place] else { continue }
            if request.outputs.isEmpty && column.isEmpty { continue }
            outputs.append(try column.output(isBinary: request.isBinary(outputAt: position)))
        }
        return outputs
    }
}

/// One column of outputs. A class for the same reason as the column that it is of.
private final class ResultColumn {
    private static let null = StaticString("null")

    private let column: RecordColumn
    private let elements: UnsafeMutableRawBufferPointer
    private var strings: [UnsafeRawBufferPointer] = []
    private var hasValue: [Bool]
    private let storage: TensorStorage

    /// - Parameter storage: owns the elements.
    init(_ column: RecordColumn, count: Int, _ storage: TensorStorage) {
        self.column = column
        self.storage = storage
        hasValue = Array(repeating: false, count: count)
        elements = storage.allocate(count * (column.kind.type.byteCount ?? 0))
        if column.kind.type == .string { strings = Array(repeating: Self.missing(column.kind), count: count) }
        for record in 0..<count { clear(record) }
    }

    /// Whether there are records, and none has a value.
    var isEmpty: Bool { !hasValue.isEmpty && !hasValue.contains(true) }

    // MARK: - Values

    func set(_ node: JSONNode, at record: Int) throws(PredictionError) {
        hasValue[record] = !node.isNull
        clear(record)
        if column.kind == .json {
            strings[record] = storage.keep(Array(node.source))
            return
        }
        if node.isNull { return }
        switch column.kind {
        case .number: store(try value(node.double, node), at: record)
        case .integer: store(try value(node.int64, node), at: record)
        case .boolean: store(try value(node.bool, node), at: record)
        case .string:
            strings[record] = storage.keep(try value(node.kind == .string ? node.stringText.unescaped : nil, node))
        case .json: break
        }
    }

    private func value<Value>(_ value: Value?, _ node: JSONNode) throws(PredictionError) -> Value {
        if let value { return value }
        throw PredictionError(
            .failed,
            "the model's '\(column.name)' is no \(column.kind.type.openInferenceName), as its output schema says it is")
    }

    private func store<Element: BitwiseCopyable>(_ element: Element, at record: Int) {
        elements.storeBytes(of: element, toByteOffset: record * MemoryLayout<Element>.size, as: Element.self)
    }

    /// What stands where a record has no value.
    private func clear(_ record: Int) {
        switch column.kind {
        case .number: store(Double.nan, at: record)
        case .integer: store(0 as Int64, at: record)
        case .boolean: store(false, at: record)
        case .string, .json: strings[record] = Self.missing(column.kind)
        }
    }

    private static func missing(_ kind: RecordColumn.Kind) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: null.utf8Start, count: kind == .json ? null.utf8CodeUnitCount : 0)
    }

    /// - Throws: `PredictionError` when a record has no value that must have one.
    func finish(_ record: Int) throws(PredictionError) {
        if hasValue[record] || column.isOptional || column.isNullable { return }
        throw PredictionError(
            .failed, "the model's output has no '\(column.name)', which its output schema says it has")
    }

    // MARK: - The whole

    func output(isBinary: Bool) throws(PredictionError) -> InferResponse.Output {
        let type = column.kind.type
        let nulls = hasValue.indices.filter { !hasValue[$0] }
        if isBinary, let first = nulls.first, column.kind == .integer || column.kind == .boolean {
            throw PredictionError(
                .failed,
                "record \(first) has no '\(column.name)', and \(type.openInferenceName) has no form for that in binary; ask "
                    + "for the output as JSON")
        }
        let shape = [hasValue.count]
        let tensor =
            type == .string
            ? TensorView(strings: strings, shape: shape)
            : TensorView(type, shape: shape, data: UnsafeRawBufferPointer(elements))
        // JSON text has a null of its own.
        return InferResponse.Output(name: column.name, tensor: tensor, nulls: column.kind == .json ? [] : nulls)
    }
}

extension PredictionError {
    /// The error of one record of a request.
    fileprivate func of(record: Int) -> PredictionError {
        var error = self
        error.message = "record \(record): \(message)"
        error.violations = violations.map { violation in
            SchemaViolation(path: "/\(record)\(violation.path)", rule: violation.rule, message: violation.message)
        }
        return error
    }
}
