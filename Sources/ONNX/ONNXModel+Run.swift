internal import COnnxRuntime
public import SibylInference
internal import SibylModel

extension ONNXModel {
    public func run(_ inputs: [TensorView], outputs: [Int], _ body: ([TensorView]) throws -> Void) throws {
        guard inputs.count == signature.inputs.count, outputs.allSatisfy(signature.outputs.indices.contains) else {
            throw PredictionError(
                .failed,
                "the model takes \(signature.inputs.count) tensors and gives \(signature.outputs.count); it was called "
                    + "with \(inputs.count) for \(outputs)")
        }
        // ONNX Runtime refuses to compute nothing.
        if outputs.isEmpty { return try body([]) }
        do {
            let results = try compute(ValueList(inputs, for: signature.inputs, session.library), outputs)
            try results.withViews(of: signature.outputs, at: outputs, body)
        } catch let status as ONNXStatus {
            // What no operator takes is the input's fault; what else goes wrong, the model's.
            throw PredictionError(status.isAboutArguments ? .invalidInput : .failed, status.message, cause: status)
        }
    }

    private func compute(_ inputs: borrowing ValueList, _ outputs: [Int]) throws(ONNXStatus) -> ValueList {
        let api = session.library.api
        let results = ValueList(session.library, count: outputs.count)
        let status = withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>.self, capacity: outputs.count) { names in
            for (place, index) in outputs.enumerated() {
                names.initializeElement(at: place, to: outputNames.names[index])
            }
            return inputs.withPlaces { inputs in
                results.withPlaces { results in
                    api.pointee.Run(
                        session.handle, nil, inputNames.names.baseAddress!, inputs, signature.inputs.count,
                        names.baseAddress!, names.count, results)
                }
            }
        }
        try api.check(status)
        return results
    }
}
