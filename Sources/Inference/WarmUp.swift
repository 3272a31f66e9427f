internal import SibylJSON
public import SibylModel

/// A model's samples, computed before it serves anybody: what it needs once, such as memory and the pages of its file, is
/// there then, and a model that answers wrongly is found.
public enum WarmUp {
    /// Computes each sample alone and then all of them together, in which a model that mixes up its items gives itself
    /// away, and compares the outputs with those that are expected.
    ///
    /// - Returns: what is wrong, a sentence each; nothing for a model that may serve.
    public static func problems(of model: any ServedModel, samples: [SampleDescription]) -> [String] {
        if samples.isEmpty { return [] }
        let inputs = samples.map { Array($0.input.description.utf8) }
        var problems: [String] = []
        for (index, sample) in samples.enumerated() {
            let outcome = outcomes(of: model, inputs[index...index])[0]
            if let problem = problem(with: outcome, sample) { problems.append("samples[\(index)]\(problem)") }
        }
        if !problems.isEmpty { return problems }
        // One sample is its own company.
        let company = inputs + inputs.prefix(inputs.count == 1 ? 1 : 0)
        for (index, outcome) in outcomes(of: model, company[...]).prefix(samples.count).enumerated() {
            guard let problem = problem(with: outcome, samples[index]) else { continue }
            problems.append(
                "samples[\(index)], right when computed alone, is not when computed with others\(problem); a model whose "
                    + "first dimension does not count items is described by `batch: false`")
        }
        return problems
    }

    private static func problem(with outcome: Result<JSONValue, PredictionError>, _ sample: SampleDescription)
        -> String?
    {
        switch outcome {
        case .success(let output): sample.difference(to: output).map { ": the output's \($0)" }
        case .failure(let error):
            ": " + ([error.message] + error.violations.map(\.description)).joined(separator: "; ")
        }
    }

    /// One outcome for each input.
    private static func outcomes(of model: any ServedModel, _ inputs: ArraySlice<[UInt8]>)
        -> [Result<JSONValue, PredictionError>]
    {
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
        let missing = PredictionError(.failed, "the model gave no output")
        return (0..<inputs.count).map { index in
            guard index < outcomes.outcomes.count else { return .failure(missing) }
            switch outcomes.outcomes[index] {
            case .failure(let error): return .failure(error)
            case .output(let range, _):
                do {
                    return .success(try JSONValue(parsing: Array(outcomes.output(range))))
                } catch {
                    return .failure(PredictionError(.failed, "the model's output is not JSON: \(error)"))
                }
            }
        }
    }
}
