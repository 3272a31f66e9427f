public import SibylModel

/// What every model promises its server and its callers, tried on one: a test that a model's author runs.
///
///     @Test func keepsItsPromises() {
///         let setosa = ModelSample(["sepal_length": 5.1, "sepal_width": 3.5], ["species": "setosa"])
///         #expect(ModelConformance.problems(of: IrisModel.self, samples: [setosa]) == [])
///     }
///
/// - Its metadata and schemas are what they must be, and defaults and examples meet the schemas that they stand in.
/// - Samples meet the input schema; their outputs are the expected ones, and meet the output schema.
/// - Inputs made up from the schema have outputs that meet theirs, or errors that say why not.
/// - Inputs computed together have the outputs that they have alone, and so have those computed on several threads at
///   once.
/// - Bad inputs, made from good ones by the schema, get the right error with the place of the fault, and harm no
///   neighbour in a batch.
///
/// A model that gives another output each time for one input can't pass.
public enum ModelConformance {
    /// What is wrong with a model in Swift, in words; empty when nothing is. It is loaded for that, and what
    /// `SchemaAgreement` says of its types is among it.
    ///
    /// - Parameters:
    ///   - samples: the more the better; for a schema by which no input can be made up one at least.
    ///   - tolerance: how far a number may be from what it is when an input is computed alone, as in `ModelSample`.
    public static func problems<Model: MLModel>(
        of type: Model.Type, configuration: ModelConfiguration = ModelConfiguration(), samples: [ModelSample] = [],
        tolerance: Double = 0.00001
    ) -> [String] {
        let agreement = SchemaAgreement.problems(of: type).map { "types and schemas: " + $0 }
        do {
            let model = try TypedModel(type, configuration: configuration)
            return agreement + problems(of: model, samples: samples, tolerance: tolerance)
        } catch {
            return agreement + ["it can't be loaded: \(error)"]
        }
    }

    /// What is wrong with a model that is loaded, wherever it comes from: a plug-in, a file.
    public static func problems(
        of model: any ServedModel, samples: [ModelSample] = [], tolerance: Double = 0.00001
    ) -> [String] {
        let found = MetadataCheck.problems(of: model.metadata)
        // A schema that can't be used is no measure of anything.
        guard let check = try? BehaviorCheck(model, samples: samples, tolerance: tolerance) else { return found }
        return found + check.problems()
    }
}
