internal import SibylJSON
public import SibylModel

/// A model of tensors, served: JSON by a schema that its signature and its description give, and the Open Inference
/// Protocol with the tensors as they are.
///
/// In JSON an input is one record. Each input tensor is a member: a number, a bool or a string where an item is one
/// element, else arrays in arrays by the item's shape; or, where the description names features, each of its columns is a
/// member by itself. An output is a record of the output tensors likewise.
///
/// What JSON has no form for: an output that is not finite fails with `PredictionError.failed`, unless its description
/// says `nullable`, when it is null and its schema allows that. An input may be null where its description says `nullable`,
/// and is not a number then.
public final class TensorInference: InferenceModel {
    public let metadata: ModelMetadata
    public var tensors: TensorSignature { binding.signature }

    let model: any TensorModel
    let binding: RecordBinding
    let reader: InputReader
    let directory: TensorDirectory
    let response: InferResponse
    /// The most items of one run of several requests.
    let maximum: Int
    private let pool: ScratchPool

    /// - Parameters:
    ///   - name: by which the model is asked for, as `ModelMetadata.isQualifiedName` has it.
    ///   - documentation: what the model's file says of itself, for a description that says nothing.
    /// - Throws: `ModelLoadError` that tells where the description does not fit the model.
    public init(
        _ model: any TensorModel, name: String, version: SemanticVersion,
        description: ModelDescription = ModelDescription(), documentation: String = ""
    ) throws(ModelLoadError) {
        self.model = model
        binding = try RecordBinding(model.signature, description)
        metadata = ModelMetadata(
            displayName: description.displayName ?? name, qualifiedName: name,
            description: description.description ?? (documentation.isEmpty ? binding.summary : documentation),
            version: version, inputSchema: binding.inputSchema, outputSchema: binding.outputSchema)
        try metadata.check()
        do {
            reader = try InputReader(schema: metadata.inputSchema)
            // Not needed for predicting: found here, a fault in it does not surprise who asks for it.
            _ = try SchemaValidator(metadata.outputSchema)
        } catch {
            throw ModelLoadError("\(name) has a schema that can't be used", cause: error)
        }
        directory = TensorDirectory(binding.signature)
        response = InferResponse(of: metadata)
        maximum = description.batching.maximum
        pool = ScratchPool(binding.inputs)
    }

    public func predict(_ payloads: [Payload], into outcomes: inout PredictionOutcomes) {
        let scratch = pool.take()
        defer { pool.giveBack(scratch) }
        for (index, payload) in payloads.enumerated() {
            do {
                try gather(payload, at: index, in: scratch, outcomes.document)
            } catch {
                scratch.fail(index, error, &outcomes)
            }
            // Several requests of a model that can't batch wait for nothing.
            if !binding.isBatched { compute(scratch, &outcomes) }
        }
        compute(scratch, &outcomes)
        outcomes.arrangeLast(by: scratch.order)
    }
}

extension RecordBinding {
    /// What the model does, as far as its tensors tell.
    fileprivate var summary: String {
        let given = outputs.map(\.name).joined(separator: ", ")
        let taken = inputs.flatMap(\.fields).map(\.name).joined(separator: ", ")
        return taken.isEmpty ? "Gives \(given)." : "Gives \(given) for \(taken)."
    }
}
