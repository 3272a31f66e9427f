/// An `MLModel` with its types erased.
public struct TypedModel<Model: MLModel>: ServedModel {
    public let metadata: ModelMetadata
    // Open to inlining, so that a library's table is compiled for its model and looks up no types at run time.
    @usableFromInline let model: Model
    @usableFromInline let reader: InputReader

    /// Loads the model.
    ///
    /// - Parameter isChecked: whether whoever calls `predict` has checked the payloads against the input schema, as the
    ///   host of a plug-in has.
    /// - Throws: `ModelLoadError`, for a schema that can't be used and a name that can't be asked for too.
    public init(_ type: Model.Type = Model.self, configuration: ModelConfiguration, isChecked: Bool = false)
        throws(ModelLoadError)
    {
        metadata = Model.metadata
        try metadata.check()
        do {
            reader = try InputReader(schema: Model.inputSchema, isChecked: isChecked)
            // Not needed for predicting: found here, a fault in it does not surprise who asks for it.
            _ = try SchemaValidator(Model.outputSchema)
            model = try Model(configuration: configuration)
        } catch let error as ModelLoadError {
            throw error
        } catch {
            throw ModelLoadError("\(Model.qualifiedName) can't be loaded", cause: error)
        }
    }

    @inlinable
    public func predict(_ payloads: [UnsafeRawBufferPointer], into outcomes: inout PredictionOutcomes) {
        if payloads.count == 1 { return predict(payloads[0], into: &outcomes) }
        var inputs: [Model.Input] = []
        inputs.reserveCapacity(payloads.count)
        // The failure of each payload that could not be read; nil stands for an input.
        let failures = payloads.map { payload in
            do {
                inputs.append(try read(payload, with: outcomes.document))
                return nil as (any Error)?
            } catch {
                return error
            }
        }
        var results = model.predict(batch: inputs)
        // Nobody can tell then which output is whose: each is computed alone.
        if results.count != inputs.count { results = inputs.map { input in Result { try model.predict(input) } } }
        report(results, failures, into: &outcomes)
    }

    @inlinable
    func predict(_ payload: UnsafeRawBufferPointer, into outcomes: inout PredictionOutcomes) {
        do {
            let output = try model.predict(try read(payload, with: outcomes.document))
            outcomes.append { try Model.encode(output, into: &$0) }
        } catch {
            outcomes.append(failure: error)
        }
    }

    @inlinable
    func read(_ payload: UnsafeRawBufferPointer, with document: JSONDocument) throws -> Model.Input {
        try reader.read(payload, with: document) { try Model.decode($0) }
    }

    /// - Parameter results: one for each payload that has no failure.
    @inlinable
    func report(
        _ results: [Result<Model.Output, any Error>], _ failures: [(any Error)?],
        into outcomes: inout PredictionOutcomes
    ) {
        var next = results.makeIterator()
        for failure in failures {
            if let failure {
                outcomes.append(failure: failure)
            } else if let result = next.next() {
                outcomes.append { try Model.encode(try result.get(), into: &$0) }
            }
        }
    }
}
