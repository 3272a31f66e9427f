public import SibylModel

/// A model that takes payloads of every form: what a worker holds.
public protocol InferenceModel: ServedModel {
    /// What the model takes and gives as tensors.
    var tensors: TensorSignature { get }

    /// Predicts several payloads, as `ServedModel.predict` does; each output has the form of its payload.
    ///
    /// - Parameter outcomes: gets one outcome for each payload, in the same order.
    func predict(_ payloads: [Payload], into outcomes: inout PredictionOutcomes)
}

extension InferenceModel {
    /// Payloads that are all JSON.
    public func predict(_ payloads: [UnsafeRawBufferPointer], into outcomes: inout PredictionOutcomes) {
        predict(payloads.map { Payload($0) }, into: &outcomes)
    }
}
