package import SibylModel

/// A model's tensors by name: tells whether a request fits them.
package struct TensorDirectory: Sendable {
    package let signature: TensorSignature
    private let inputs: [String: Int]
    private let outputs: [String: Int]

    package init(_ signature: TensorSignature) {
        self.signature = signature
        inputs = Self.places(signature.inputs)
        outputs = Self.places(signature.outputs)
    }

    private static func places(_ specs: [TensorSpec]) -> [String: Int] {
        Dictionary(zip(specs.map(\.name), specs.indices)) { first, _ in first }
    }

    /// Finds a request's inputs: one place in `request.inputs` for each of the signature's, nil for those that are missing.
    ///
    /// - Throws: `PredictionError` for one that the model doesn't have, and one that is there twice.
    func places(ofInputsOf request: InferRequest) throws(PredictionError) -> [Int?] {
        var places = [Int?](repeating: nil, count: signature.inputs.count)
        for (place, input) in request.inputs.enumerated() {
            guard let index = inputs[input.name] else {
                let names = Self.list(signature.inputs)
                throw .misfit("the model has no input '\(input.name)'; it has \(names)", at: "/inputs/\(place)/name")
            }
            if places[index] != nil {
                throw .misfit("input '\(input.name)' is there twice", at: "/inputs/\(place)/name")
            }
            places[index] = place
        }
        return places
    }

    /// The request's tensors in the order of the signature's inputs; each must be there, of the datatype and of a shape
    /// that fits.
    ///
    /// - Throws: `PredictionError` of the code `invalidInput` that names the tensor which does not fit.
    package func tensors(of request: InferRequest) throws(PredictionError) -> [TensorView] {
        var tensors: [TensorView] = []
        tensors.reserveCapacity(signature.inputs.count)
        for (place, spec) in zip(try places(ofInputsOf: request), signature.inputs) {
            guard let place else { throw .misfit("input '\(spec.name)' is missing", at: "/inputs") }
            let input = request.inputs[place]
            try Self.check(input, at: place, against: spec)
            tensors.append(input.tensor)
        }
        return tensors
    }

    private static func check(_ input: InferRequest.Input, at place: Int, against spec: TensorSpec)
        throws(PredictionError)
    {
        let tensor = input.tensor
        guard tensor.type == spec.type else {
            throw .misfit(
                "input '\(spec.name)' is \(tensor.type.openInferenceName), and the model takes "
                    + spec.type.openInferenceName, at: "/inputs/\(place)/datatype")
        }
        let fits =
            tensor.shape.count == spec.shape.count
            && zip(tensor.shape, spec.shape).allSatisfy { $1 == -1 || $0 == $1 }
        guard fits else {
            throw .misfit(
                "input '\(spec.name)' has the shape \(TensorShape.text(tensor.shape)), and the model takes "
                    + TensorShape.text(spec.shape), at: "/inputs/\(place)/shape")
        }
        if let null = input.nulls.first {
            throw .misfit("element \(null) of input '\(spec.name)' is null", at: "/inputs/\(place)/data")
        }
    }

    /// The places in `signature.outputs` of what a request asks for, in its order.
    ///
    /// - Throws: `PredictionError` of the code `invalidInput` for one that the model doesn't have, and one that is asked
    ///   for twice.
    package func outputs(of request: InferRequest) throws(PredictionError) -> [Int] {
        if request.outputs.isEmpty { return Array(signature.outputs.indices) }
        var places: [Int] = []
        var isAskedFor = [Bool](repeating: false, count: signature.outputs.count)
        for (place, output) in request.outputs.enumerated() {
            guard let index = outputs[output.name] else {
                let names = Self.list(signature.outputs)
                throw .misfit("the model has no output '\(output.name)'; it has \(names)", at: "/outputs/\(place)/name")
            }
            if isAskedFor[index] {
                throw .misfit("output '\(output.name)' is asked for twice", at: "/outputs/\(place)/name")
            }
            isAskedFor[index] = true
            places.append(index)
        }
        return places
    }

    /// As many names as a message can hold.
    private static func list(_ specs: [TensorSpec]) -> String {
        if specs.isEmpty { return "none" }
        return specs.prefix(16).map { "'\($0.name)'" }.joined(separator: ", ") + (specs.count > 16 ? ", …" : "")
    }
}

extension PredictionError {
    /// An infer request that is one, but does not fit the model.
    ///
    /// - Parameter path: a JSON pointer into the request.
    static func misfit(_ message: String, at path: String) -> PredictionError {
        PredictionError(
            .invalidInput, message, violations: [SchemaViolation(path: path, rule: "tensor", message: message)])
    }
}
