internal import SibylInference
internal import SibylModel

/// What a model made of one input.
enum Prediction: Sendable {
    case output(JSONValue)
    case failure(PredictionError)
    /// What may not happen: no outcome, or an output that is no JSON.
    case fault(String)

    /// One for each input, computed together.
    static func of(_ model: any ServedModel, _ inputs: [[UInt8]]) -> [Prediction] {
        var outcomes = PredictionOutcomes()
        let joined = inputs.flatMap { $0 }
        joined.withUnsafeBytes { bytes in
            var begin = 0
            let payloads = inputs.map { input in
                defer { begin += input.count }
                return UnsafeRawBufferPointer(rebasing: bytes[begin..<begin + input.count])
            }
            model.predict(payloads, into: &outcomes)
        }
        let count = outcomes.outcomes.count
        guard count == inputs.count else {
            return inputs.map { _ in .fault("the model gave \(count) outcomes for \(inputs.count) inputs") }
        }
        let bytes = outcomes.bytes
        return outcomes.outcomes.map { Prediction($0, in: bytes) }
    }

    private init(_ outcome: PredictionOutcomes.Outcome, in bytes: [UInt8]) {
        switch outcome {
        case .failure(let error): self = .failure(error)
        case .output(let range, _):
            do {
                self = .output(try JSONValue(parsing: Array(bytes[range])))
            } catch {
                self = .fault("the output is no JSON: \(error)")
            }
        }
    }

    /// How another outcome of the same input differs; nil if it doesn't.
    func difference(to other: Prediction, tolerance: Double) -> String? {
        switch (self, other) {
        case (.output(let output), .output(let others)):
            // Either way, since members that are not expected are not looked at.
            return Self.sample(output, tolerance).difference(to: others)
                ?? Self.sample(others, tolerance).difference(to: output)
        case (.failure(let error), .failure(let others)):
            return error.code == others.code ? nil : "the error is \(others.words), and was \(error.words)"
        case (_, .fault(let fault)): return fault
        case (_, .output): return "there is an output, and was none"
        case (_, .failure(let error)): return "there is the error \(error.words), and was none"
        }
    }

    private static func sample(_ output: JSONValue, _ tolerance: Double) -> SampleDescription {
        SampleDescription(input: .null, output: output, tolerance: tolerance)
    }

    /// How an output differs from the expected one.
    static func difference(_ output: JSONValue, from sample: ModelSample) -> String? {
        SampleDescription(input: sample.input, output: sample.output, tolerance: sample.tolerance)
            .difference(to: output)
    }
}

extension PredictionError {
    var words: String {
        let places = violations.isEmpty ? "" : " (" + violations.map(\.description).joined(separator: "; ") + ")"
        return "\(code) \"\(message)\"\(places)"
    }
}
