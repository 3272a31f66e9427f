internal import SibylJSON
internal import SibylModel

/// What a run gave, checked: the same for each of its requests.
struct RunOutputs {
    /// Of the tensors in the signature, ascending.
    let places: [Int]
    let tensors: [TensorView]
    /// The items of the run among those of its group.
    let rows: Range<Int>
    let isBatched: Bool
    /// Whether several requests are in it.
    let isShared: Bool

    func tensor(at place: Int) throws(PredictionError) -> TensorView {
        guard let index = places.firstIndex(of: place), tensors.count == places.count else {
            throw PredictionError(.failed, "the model gave \(tensors.count) outputs for \(places.count)")
        }
        return tensors[index]
    }
}

/// Writes what the requests of one run get.
struct TensorAnswers {
    private let outputs: RunOutputs
    private let inference: TensorInference
    /// Of records; empty where none asks for them.
    private var writers: [OutputWriter] = []

    /// - Throws: `PredictionError` for outputs that are not what the model says of them; then none can be written.
    init(_ run: ArraySlice<TensorRequest>, _ outputs: RunOutputs, _ inference: TensorInference) throws(PredictionError)
    {
        self.outputs = outputs
        self.inference = inference
        for request in run {
            if case .infer(_, let places) = request.form { try check(places) }
        }
        guard run.contains(where: \.isRecord) else { return }
        for output in inference.binding.outputs {
            let tensor = try outputs.tensor(at: output.place)
            writers.append(try OutputWriter(output, tensor, rows: outputs.isBatched ? outputs.rows.count : nil))
        }
    }

    /// What a request gets that is alone is not taken apart, and may have another shape than the model says.
    private func check(_ places: [Int]) throws(PredictionError) {
        for place in places {
            let spec = inference.binding.signature.outputs[place]
            let tensor = try outputs.tensor(at: place)
            try tensor.checkElements(of: spec)
            if outputs.isShared { try tensor.checkShape(of: spec, rows: outputs.rows.count) }
        }
    }

    func write(_ request: TensorRequest, to outcomes: inout PredictionOutcomes) {
        switch request.form {
        case .record: outcomes.append { try writeRecord(row: rows(of: request).lowerBound, &$0) }
        case .infer(let infer, let places):
            outcomes.appendBinary { writer in
                try inference.response.write(try tensors(places, of: request), to: infer, into: &writer)
            }
        }
    }

    /// Its items among those of the run.
    private func rows(of request: TensorRequest) -> Range<Int> {
        let begin = request.rows.lowerBound - outputs.rows.lowerBound
        return begin..<begin + request.rows.count
    }

    private func writeRecord(row: Int, _ writer: inout JSONWriter) throws {
        writer.beginObject()
        for output in writers {
            writer.key(output.name)
            try output.write(row: row, to: &writer)
        }
        writer.endObject()
    }

    /// The items of a request in each of its outputs.
    private func tensors(_ places: [Int], of request: TensorRequest) throws(PredictionError) -> [InferResponse.Output] {
        var own: [InferResponse.Output] = []
        own.reserveCapacity(places.count)
        for place in places {
            let tensor = try outputs.tensor(at: place)
            let name = inference.binding.signature.outputs[place].name
            let items = outputs.isShared ? tensor.items(rows(of: request), of: outputs.rows.count) : tensor
            own.append(InferResponse.Output(name: name, tensor: items))
        }
        return own
    }
}

extension TensorView {
    /// Some items of a tensor whose first dimension counts them.
    ///
    /// - Precondition: it has been checked for that.
    fileprivate func items(_ rows: Range<Int>, of count: Int) -> TensorView {
        let shape = [rows.count] + shape.dropFirst()
        if type == .string {
            let size = strings.count / count
            return TensorView(strings: Array(strings[rows.lowerBound * size..<rows.upperBound * size]), shape: shape)
        }
        let size = data.count / count
        return TensorView(
            type, shape: shape,
            data: UnsafeRawBufferPointer(rebasing: data[rows.lowerBound * size..<rows.upperBound * size]))
    }
}
