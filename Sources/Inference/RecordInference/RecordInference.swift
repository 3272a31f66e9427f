public import SibylModel

/// A model of records, which takes one JSON value and gives one, as a model of tensors too: each field is a tensor that
/// holds its values in all records, and row i of them is record i.
///
/// JSON payloads go to the model as they are. The records of an infer request become JSON; all of a batch go to the model
/// in one call.
public struct RecordInference: InferenceModel {
    private let model: any ServedModel
    private let inputs: RecordSchema
    private let outputs: RecordSchema
    private let directory: TensorDirectory
    private let response: InferResponse

    public init(_ model: any ServedModel) {
        self.model = model
        let metadata = model.metadata
        inputs = RecordSchema(metadata.inputSchema, name: "input")
        outputs = RecordSchema(metadata.outputSchema, name: "output")
        directory = TensorDirectory(
            TensorSignature(inputs: inputs.columns.map(\.spec), outputs: outputs.columns.map(\.spec)))
        response = InferResponse(of: metadata)
    }

    public var metadata: ModelMetadata { model.metadata }
    public var tensors: TensorSignature { directory.signature }

    /// Payloads that are all JSON are none of ours.
    public func predict(_ payloads: [UnsafeRawBufferPointer], into outcomes: inout PredictionOutcomes) {
        model.predict(payloads, into: &outcomes)
    }

    public func predict(_ payloads: [Payload], into outcomes: inout PredictionOutcomes) {
        if payloads.allSatisfy({ $0.form == .json }) {
            return model.predict(payloads.map(\.bytes), into: &outcomes)
        }
        var rows = RecordRows(inputs)
        let parts = payloads.map { part(of: $0, in: &rows) }
        var results = PredictionOutcomes()
        if rows.count > 0 { rows.withPayloads { model.predict($0, into: &results) } }
        for part in parts { append(part, results, to: &outcomes) }
    }

    /// What became of a payload's records before they were predicted.
    private enum Part {
        /// One row of JSON.
        case json(row: Int)
        /// - Parameter columns: places of outputs, as the request asks for them.
        case infer(InferRequest, rows: Range<Int>, columns: [Int])
        case failure(PredictionError)
    }

    private func part(of payload: Payload, in rows: inout RecordRows) -> Part {
        if payload.form == .json {
            rows.append(payload.bytes)
            return .json(row: rows.count - 1)
        }
        do throws(PredictionError) {
            let request = try InferRequest(payload)
            let places = try directory.places(ofInputsOf: request)
            let columns = try directory.outputs(of: request)
            return .infer(request, rows: try rows.append(request, places), columns: columns)
        } catch {
            return .failure(error)
        }
    }

    private func append(_ part: Part, _ results: borrowing PredictionOutcomes, to outcomes: inout PredictionOutcomes) {
        switch part {
        case .json(let row):
            switch results.result(row) {
            case .success(let output): outcomes.append(output: output)
            case .failure(let error): outcomes.append(failure: error)
            }
        case .infer(let request, let rows, let columns):
            do throws(PredictionError) {
                var gathered = RecordResults(outputs, columns, count: rows.count)
                for row in rows { try gathered.add(results.result(row), document: results.document) }
                try gathered.write(response, to: request, into: &outcomes)
            } catch {
                outcomes.append(failure: error)
            }
        case .failure(let error): outcomes.append(failure: error)
        }
    }
}

extension PredictionOutcomes {
    /// An outcome; a failure for one that the model has not given.
    borrowing func result(_ index: Int) -> Result<UnsafeRawBufferPointer, PredictionError> {
        guard index < outcomes.count else { return .failure(PredictionError(.failed, "the model gave no output")) }
        switch outcomes[index] {
        case .output(let range, _): return .success(output(range))
        case .failure(let error): return .failure(error)
        }
    }
}
