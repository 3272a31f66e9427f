internal import SibylJSON
internal import SibylModel

/// How the records that a model takes and gives in JSON become its tensors, and its tensors records.
final class RecordBinding: Sendable {
    /// The model's own, but for shapes that the description puts right.
    let signature: TensorSignature
    /// Whether the first dimension of each tensor counts items.
    let isBatched: Bool
    /// One an input tensor, in the signature's order.
    let inputs: [InputBinding]
    /// Those that are given, in the order in which they are.
    let outputs: [OutputBinding]
    /// The places of their tensors in the signature, ascending, each once.
    let places: [Int]
    /// The members of all inputs, one behind the other.
    let fields: FieldTable
    /// Whether records decide on lengths of tensors.
    let isRagged: Bool
    /// The shapes of an item, an input each, where they don't.
    let fixedShapes: [[Int]]

    var inputSchema: JSONSchema {
        let members = inputs.flatMap(\.fields).map { ($0.name, $0.schema, isRequired: $0.fallback == nil) }
        // A member that is misspelt must not be replaced by its default.
        return JSONSchema.record(members).with("additionalProperties", false)
    }

    var outputSchema: JSONSchema {
        JSONSchema.record(outputs.map { ($0.name, $0.schema, isRequired: true) })
    }

    /// - Throws: `ModelLoadError` that tells where signature and description disagree.
    init(_ signature: TensorSignature, _ description: ModelDescription) throws(ModelLoadError) {
        let problems = DescriptionProblems()
        let reader = SignatureReader(signature, description, problems)
        self.signature = reader.signature
        isBatched = reader.isBatched
        inputs = reader.inputs()
        outputs = reader.outputs()
        places = Set(outputs.map(\.place)).sorted()
        let names = inputs.flatMap(\.fields).map(\.name)
        fields = FieldTable(names)
        isRagged = inputs.contains(where: \.isRagged)
        fixedShapes = inputs.map(\.shape)
        problems.refuseTwins(in: names, of: "inputs")
        problems.refuseTwins(in: outputs.map(\.name), of: "outputs")
        try problems.check()
    }
}

/// Puts a signature and what is said of it together.
private struct SignatureReader {
    let description: ModelDescription
    let problems: DescriptionProblems
    private(set) var signature: TensorSignature
    private(set) var isBatched = false

    init(_ signature: TensorSignature, _ description: ModelDescription, _ problems: DescriptionProblems) {
        self.signature = signature
        self.description = description
        self.problems = problems
        for output in description.outputs {
            guard let shape = output.shape, let place = place(of: output.tensor, in: signature.outputs) else {
                continue
            }
            self.signature.outputs[place].shape = shape
        }
        isBatched = description.batch ?? self.signature.canBatch
        if isBatched { checkBatching() }
    }

    private func place(of tensor: String, in specs: [TensorSpec]) -> Int? {
        specs.firstIndex { $0.name == tensor }
    }

    /// Whether what is batched by description can be.
    private func checkBatching() {
        if signature.inputs.isEmpty { problems.add("batch", "can't be true: the model has no inputs") }
        for input in signature.inputs where input.shape.first != -1 {
            problems.add(
                "batch",
                "can't be true: \(input.name) has the shape \(input.shape), so that its first dimension counts no "
                    + "items; export the model with one of any length, written -1 here")
        }
        for output in chosenOutputs where signature.outputs[output.place].shape.isEmpty {
            problems.add(
                "batch",
                "can't be true: \(signature.outputs[output.place].name) has no dimension that could count items; if "
                    + "its file only tells none, give its shape among the outputs")
        }
    }

    // MARK: - Inputs

    func inputs() -> [InputBinding] {
        checkNames(description.inputs.map(\.tensor), signature.inputs, "inputs")
        return signature.inputs.map { spec in
            let index = description.inputs.firstIndex { $0.tensor == spec.name }
            let input = index.map { description.inputs[$0] } ?? InputDescription(tensor: spec.name)
            return InputBinding(
                input, spec, isBatched: isBatched, path: index.map { "inputs[\($0)]" } ?? spec.name, problems)
        }
    }

    /// Every tensor that is described must be there, once.
    private func checkNames(_ names: [String], _ specs: [TensorSpec], _ path: String) {
        for (index, name) in names.enumerated() {
            if place(of: name, in: specs) == nil {
                let known = specs.map(\.name).joined(separator: ", ")
                problems.add(
                    "\(path)[\(index)].tensor", "is \(name), and the model has no such tensor; it has \(known)")
            } else if path == "inputs", names[..<index].contains(name) {
                problems.add("\(path)[\(index)].tensor", "is \(name), which is described already")
            }
        }
    }

    // MARK: - Outputs

    private var chosenOutputs: [(place: Int, path: String, output: OutputDescription)] {
        if description.outputs.isEmpty {
            return signature.outputs.enumerated().map { ($0, $1.name, OutputDescription(tensor: $1.name)) }
        }
        return description.outputs.enumerated().compactMap { index, output in
            place(of: output.tensor, in: signature.outputs).map { ($0, "outputs[\(index)]", output) }
        }
    }

    func outputs() -> [OutputBinding] {
        checkNames(description.outputs.map(\.tensor), signature.outputs, "outputs")
        return chosenOutputs.map { chosen in
            OutputBinding(
                chosen.output, signature.outputs[chosen.place], at: chosen.place, isBatched: isBatched,
                path: chosen.path, problems)
        }
    }
}

extension DescriptionProblems {
    /// Members of one record must have names of their own.
    fileprivate func refuseTwins(in names: [String], of path: String) {
        var seen: Set<String> = []
        var told: Set<String> = []
        for name in names where !seen.insert(name).inserted && told.insert(name).inserted {
            add(path, "give two members the name \(name)")
        }
    }
}
