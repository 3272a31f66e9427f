internal import SibylJSON
internal import SibylModel

/// A payload as part of a run.
struct TensorRequest {
    enum Form {
        case record
        /// An infer request, which owns strings among its tensors, and the places of the outputs that it wants.
        case infer(InferRequest, outputs: [Int])
    }

    /// Its place among the payloads.
    let payload: Int
    /// Its items among those of its group.
    let rows: Range<Int>
    let form: Form

    var isRecord: Bool { if case .record = form { true } else { false } }
}

/// Requests whose items have the same shapes, so that one run can compute them together. Their items lie one behind the
/// other, but for a request of tensors that has no company: those are left where they are.
final class RequestGroup {
    private(set) var shapes: [[Int]] = []
    private(set) var requests: [TensorRequest] = []
    private var rows = 0
    private let buffers: [TensorBuffer]
    /// Elements of an item, an input each.
    private var counts: [Int] = []
    /// The tensors of the first request, unless they are in the buffers.
    private var borrowed: [TensorView] = []

    init(_ inputs: [InputBinding]) {
        buffers = inputs.map { TensorBuffer($0.spec.type) }
    }

    /// The bytes that are held, whether used or not.
    var capacity: Int { buffers.reduce(0) { $0 + $1.capacity } }

    /// Forgets all requests, and takes those with items of these shapes.
    ///
    /// - Throws: `PredictionError` for shapes that no memory holds.
    func reset(to shapes: [[Int]]) throws(PredictionError) {
        removeAll()
        if self.shapes == shapes { return }
        var counts: [Int] = []
        for shape in shapes {
            guard let count = TensorShape.count(shape) else {
                throw PredictionError(.invalidInput, "an input of the shape \(TensorShape.text(shape)) is too large")
            }
            counts.append(count)
        }
        self.shapes = shapes
        self.counts = counts
    }

    func removeAll() {
        for buffer in buffers { buffer.removeAll() }
        borrowed.removeAll()
        requests.removeAll(keepingCapacity: true)
        rows = 0
    }

    /// The tensors of some items.
    func tensors(of rows: Range<Int>, isBatched: Bool) -> [TensorView] {
        if !borrowed.isEmpty { return borrowed }
        return buffers.indices.map { place in
            let (count, shape) = (counts[place], shapes[place])
            return buffers[place].view(
                of: rows.lowerBound * count..<rows.upperBound * count, shape: isBatched ? [rows.count] + shape : shape)
        }
    }

    // MARK: - Tensors

    /// Appends the items of an infer request, whose payload must live until they are removed.
    ///
    /// - Parameter count: how many items; 1 where the first dimension counts none.
    func append(
        _ tensors: [TensorView], count: Int, of payload: Int, _ request: InferRequest, outputs: [Int]
    ) {
        if requests.isEmpty {
            borrowed = tensors
        } else {
            settle()
            copy(tensors)
        }
        append(payload, count, .infer(request, outputs: outputs))
    }

    /// Has the items of the first request in the buffers, since others come behind it.
    private func settle() {
        copy(borrowed)
        borrowed.removeAll()
    }

    private func copy(_ tensors: [TensorView]) {
        for (buffer, tensor) in zip(buffers, tensors) { buffer.append(tensor) }
    }

    private func append(_ payload: Int, _ count: Int, _ form: TensorRequest.Form) {
        requests.append(TensorRequest(payload: payload, rows: rows..<rows + count, form: form))
        rows += count
    }

    // MARK: - Records

    /// Appends a record's item, or nothing at all if it throws.
    ///
    /// - Parameter members: the nodes of the binding's fields.
    func append(_ members: [JSONNode?], of payload: Int, with binding: RecordBinding) throws(PredictionError) {
        settle()
        do throws(InputFault) {
            var next = 0
            for place in binding.inputs.indices {
                let input = binding.inputs[place]
                try append(members[next..<next + input.fields.count], of: input, at: place)
                next += input.fields.count
            }
        } catch {
            for (buffer, count) in zip(buffers, counts) { buffer.truncate(to: rows * count) }
            throw error.refusal
        }
        append(payload, 1, .record)
    }

    private func append(_ nodes: ArraySlice<JSONNode?>, of input: InputBinding, at place: Int) throws(InputFault) {
        let buffer = buffers[place]
        if input.isRow {
            return try buffer.append(row: nodes, of: input.fields)
        }
        let field = input.fields[0]
        guard let node = nodes[nodes.startIndex] else { return try buffer.appendFallback(of: field) }
        do throws(InputFault) {
            // The lengths are the group's: its shapes have been told from this record, or from one like it.
            try buffer.append(node, shape: shapes[place][...])
        } catch {
            throw error.inside(field.name)
        }
    }
}

extension InputFault {
    func inside(_ name: String) -> InputFault {
        let token = name.replacing("~", with: "~0").replacing("/", with: "~1")
        return InputFault(path: "/\(token)\(path)", message: message)
    }

    /// As a client hears of it.
    var refusal: PredictionError {
        PredictionError(
            .invalidInput, "the input does not fit the model's tensors in 1 place",
            violations: [SchemaViolation(path: path, rule: "tensor", message: message)])
    }
}
