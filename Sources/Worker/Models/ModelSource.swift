internal import SibylInference
public import SibylModel

/// Where a model comes from: what a configuration's entry names.
public struct ModelSource: Sendable {
    /// Makes the model.
    ///
    /// - Throws: `ModelLoadError`.
    package let load: @Sendable () throws(ModelLoadError) -> any ServedModel

    /// A model of this program.
    public static func type<Model: MLModel>(
        _ type: Model.Type, configuration: ModelConfiguration = ModelConfiguration()
    ) -> ModelSource {
        ModelSource { () throws(ModelLoadError) in try TypedModel(type, configuration: configuration) }
    }

    /// A model in a shared library with the C table.
    public static func plugin(path: String, configuration: ModelConfiguration = ModelConfiguration()) -> ModelSource {
        ModelSource { () throws(ModelLoadError) in
            try PluginModel(library: PluginLibrary(path: path), configuration: configuration)
        }
    }

    /// The model with decorators around it, the first innermost.
    public func decorated(by decorators: [any ModelDecorator]) -> ModelSource {
        ModelSource { () throws(ModelLoadError) in
            let model = try load()
            return try DecoratorStack(decorators).decorate(model as? any InferenceModel ?? RecordInference(model))
        }
    }

    /// A model that is there already.
    public static func loaded(_ model: any ServedModel) -> ModelSource {
        ModelSource { () throws(ModelLoadError) in model }
    }
}
