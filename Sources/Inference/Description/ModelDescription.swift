public import SibylJSON
public import SibylModel

/// What is said of a model beside it, in its `model.yaml`: all that its file can't tell, or should tell otherwise. Every
/// member may be missing; a model without a description is served as its file says.
public struct ModelDescription: Sendable, Hashable {
    /// For people; the model's name when nil.
    public var displayName: String?
    /// What the model does; the file's own documentation when nil.
    public var description: String?
    /// What runs the model, such as `onnx` or `plugin`; told from the file when nil.
    public var runtime: String?
    /// The model's file, relative to the description's folder; the only one there that is a model when nil.
    public var file: String?
    /// Whether the first dimension of each tensor counts items, so that several are computed at once; whether it is of any
    /// length in all tensors when nil.
    public var batch: Bool?
    /// Inputs that are not taken as they are.
    public var inputs: [InputDescription] = []
    /// The outputs to give, in this order; all of them, as they are, when empty.
    public var outputs: [OutputDescription] = []
    /// What the runtime or the model is loaded with: an object whose members are theirs.
    public var settings: JSONValue = [:]
    public var batching = BatchingDescription()
    /// Inputs with the outputs to expect: computed before the model serves anybody.
    public var samples: [SampleDescription] = []
    /// Answers are remembered when not nil.
    public var cache: CacheDescription?
    /// Predictions are logged when not nil.
    public var log: LogDescription?
    public var contract = ContractPolicy.major

    public init() {}

    /// Reads a description, whose members have the names of the properties above in snake case.
    ///
    /// - Parameter json: an object, or null for an empty file.
    /// - Throws: `ModelLoadError` that names each unknown member and each value of a wrong type.
    public init(json: JSONValue) throws(ModelLoadError) {
        guard json != .null else { return }
        let problems = DescriptionProblems()
        let root = DescribedValue(json: json, path: "", problems: problems)
        var members = root.members()
        displayName = members["display_name"]?.text()
        description = members["description"]?.text()
        runtime = members["runtime"]?.text()
        file = members["file"]?.text()
        batch = members["batch"]?.flag()
        inputs = members["inputs"]?.list().map(InputDescription.init) ?? []
        outputs = members["outputs"]?.list().map(OutputDescription.init) ?? []
        settings = members["settings"]?.object() ?? [:]
        batching = members["batching"].map(BatchingDescription.init) ?? batching
        samples = members["samples"]?.list().map(SampleDescription.init) ?? []
        cache = members["cache"].map(CacheDescription.init)
        log = members["log"].map(LogDescription.init)
        contract = members["contract"]?.choice(of: ContractPolicy.self) ?? contract
        members.refuseOthers()
        try problems.check()
    }
}
