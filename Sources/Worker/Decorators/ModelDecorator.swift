public import SibylInference
public import SibylModel

/// Puts something around a model: a cache, a log, a check of your own. What it gives is served in the model's place.
///
///     struct Rounding: ModelDecorator {
///         func decorate(_ model: any ServedModel) -> any ServedModel { RoundedModel(model) }
///     }
///
/// A decorated model keeps the metadata of the one inside, answers each payload with one outcome in their order, and may be
/// called from several threads at once, as any model. It decides what becomes of a payload: it may answer by itself, or
/// have the model inside predict it, alone or with others.
///
/// The model that a decorator gets is an `InferenceModel` too. One that gives an `InferenceModel` sees payloads of all
/// forms. One that gives a `ServedModel` alone sees JSON: infer requests of a model of records come to it as one payload
/// a record, and those of a model of tensors, which have no JSON by its schema, go past it to the model inside.
public protocol ModelDecorator: Sendable {
    /// - Throws: what says why the model can't be served so, best a `ModelLoadError`.
    func decorate(_ model: any ServedModel) throws -> any ServedModel
}

/// Decorators around one another.
public struct DecoratorStack: Sendable {
    /// The first is innermost, next to the model.
    public var decorators: [any ModelDecorator]

    public init(_ decorators: [any ModelDecorator] = []) {
        self.decorators = decorators
    }

    /// What a model's description asks for: a cache, around it a log, which so tells of all that callers ask and get.
    ///
    /// - Parameters:
    ///   - folder: where a relative path of the log starts.
    ///   - report: told what an operator should know.
    package init(
        _ description: ModelDescription, folder: String, report: @escaping @Sendable (String) -> Void
    ) {
        decorators = []
        if let cache = description.cache {
            decorators.append(ResponseCache(entries: cache.entries, bytes: cache.bytes))
        }
        if let log = description.log {
            let path = log.path.hasPrefix("/") ? log.path : folder + "/" + log.path
            decorators.append(
                PredictionLog(path: path, sample: log.sample, bytes: log.bytes, files: log.files, report: report))
        }
    }

    /// The model with all of them around it.
    ///
    /// - Throws: `ModelLoadError`, also for a decorator that changes what the model says of itself.
    public func decorate(_ model: any InferenceModel) throws(ModelLoadError) -> any InferenceModel {
        var decorated = model
        for decorator in decorators { decorated = try Self.decorate(decorated, with: decorator) }
        return decorated
    }

    private static func decorate(_ model: any InferenceModel, with decorator: any ModelDecorator)
        throws(ModelLoadError) -> any InferenceModel
    {
        let name = "\(type(of: decorator))"
        let outer: any ServedModel
        do {
            outer = try decorator.decorate(model)
        } catch let error as ModelLoadError {
            throw error
        } catch {
            throw ModelLoadError("\(name) can't be put around \(model.metadata.qualifiedName)", cause: error)
        }
        guard outer.metadata == model.metadata else {
            throw ModelLoadError(
                "\(name) changes what \(model.metadata.qualifiedName) says of itself; a decorator keeps the metadata of "
                    + "the model inside")
        }
        if let outer = outer as? any InferenceModel { return outer }
        return model is RecordInference ? RecordInference(outer) : RecordDecorated(outer, around: model)
    }
}

/// A model whose decorator knows JSON alone.
private struct RecordDecorated: InferenceModel {
    let outer: any ServedModel
    let inner: any InferenceModel

    init(_ outer: any ServedModel, around inner: any InferenceModel) {
        (self.outer, self.inner) = (outer, inner)
    }

    var metadata: ModelMetadata { outer.metadata }
    var tensors: TensorSignature { inner.tensors }

    func predict(_ payloads: [UnsafeRawBufferPointer], into outcomes: inout PredictionOutcomes) {
        outer.predict(payloads, into: &outcomes)
    }

    func predict(_ payloads: [Payload], into outcomes: inout PredictionOutcomes) {
        let records = payloads.indices.filter { payloads[$0].form == .json }
        let others = payloads.indices.filter { payloads[$0].form != .json }
        var call = OrderedCall(at: outcomes.outcomes.count, payloads: payloads.count)
        if !records.isEmpty {
            outer.predict(records.map { payloads[$0].bytes }, into: &outcomes)
            call.noteOutcomes(of: records, in: &outcomes)
        }
        if !others.isEmpty {
            inner.predict(others.map { payloads[$0] }, into: &outcomes)
            call.noteOutcomes(of: others, in: &outcomes)
        }
        call.arrange(&outcomes)
    }
}
