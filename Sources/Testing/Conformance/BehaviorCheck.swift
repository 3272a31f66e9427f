internal import SibylModel

/// Asks a model, and sees what comes back.
struct BehaviorCheck {
    /// Inputs made up from the schema: enough to meet most bounds and choices once.
    private static let generated = 24
    /// Of inputs as large as an image fewer are made.
    private static let generatedLarge = 4
    private static let large = 50_000
    /// Problems told of one kind: the rest says the same.
    private static let told = 5

    let model: any ServedModel
    let samples: [ModelSample]
    let tolerance: Double
    let inputs: SchemaDocument
    private let outputs: SchemaDocument
    private var generator: ValueGenerator

    /// - Throws: `JSONSchemaError` for a schema that can't be used.
    init(_ model: any ServedModel, samples: [ModelSample], tolerance: Double) throws(JSONSchemaError) {
        (self.model, self.samples, self.tolerance) = (model, samples, tolerance)
        inputs = try SchemaDocument(model.metadata.inputSchema, name: "input:")
        outputs = try SchemaDocument(model.metadata.outputSchema, name: "output:")
        // Any seed does, as long as it is the same each time.
        generator = try ValueGenerator(model.metadata.inputSchema, seed: 1)
    }

    func problems() -> [String] {
        var problems: [String] = []
        for (index, sample) in samples.enumerated() {
            if let problem = problem(with: sample) { problems.append("sample \(index): \(problem)") }
        }
        let made = madeUp()
        if made.isEmpty && samples.isEmpty {
            return problems + ["no input can be made up from the input schema: give a sample"]
        }
        problems += made.compactMap(problem).prefix(Self.told)
        let good = samples.map(\.input).filter { inputs.objection(of: inputs.root, to: $0) == nil } + made
        let bytes = good.compactMap { try? $0.bytes() }
        let alone = bytes.map { Prediction.of(model, [$0])[0] }
        problems += companyProblems(of: bytes, alone).prefix(Self.told)
        problems += threadProblems(of: bytes, alone).prefix(Self.told)
        guard let base = good.first, let first = bytes.first else { return problems }
        let bad = BadInputs(of: inputs, base: base).all
        return problems + badInputProblems(with: bad, beside: first, alone[0]).prefix(Self.told * 2)
    }

    private func madeUp() -> [JSONValue] {
        var generator = generator
        var values: [JSONValue] = []
        var seen: Set<JSONValue> = []
        for _ in 0..<Self.generated {
            guard let value = generator.value() else { break }
            if seen.insert(value).inserted { values.append(value) }
            if values.count >= Self.generatedLarge, (try? value.bytes().count) ?? 0 > Self.large { break }
        }
        return values
    }

    // MARK: - Good inputs

    private func problem(with sample: ModelSample) -> String? {
        if let objection = inputs.objection(of: inputs.root, to: sample.input) {
            return "the input does not meet the input schema: \(objection)"
        }
        guard let bytes = try? sample.input.bytes() else { return "the input has no JSON" }
        switch Prediction.of(model, [bytes])[0] {
        case .failure(let error): return "the model answers \(error.words)"
        case .fault(let fault): return fault
        case .output(let output):
            if let objection = outputs.objection(of: outputs.root, to: output) {
                return "the output does not meet the output schema: \(objection)"
            }
            return Prediction.difference(output, from: sample).map { "the output's \($0)" }
        }
    }

    /// An input that was made up: what the model does not like it may refuse, in words.
    private func problem(with input: JSONValue) -> String? {
        guard let bytes = try? input.bytes() else { return nil }
        switch Prediction.of(model, [bytes])[0] {
        case .fault(let fault): return "\(input.shown): \(fault)"
        case .failure(let error):
            if error.code == .malformedPayload { return "\(input.shown), which is JSON, is answered \(error.words)" }
            return error.message.isEmpty ? "\(input.shown) is refused without a word" : nil
        case .output(let output):
            return outputs.objection(of: outputs.root, to: output).map {
                "the output for \(input.shown) does not meet the output schema: \($0)"
            }
        }
    }

    // MARK: - Company

    /// All together, and in the other order: what an item gets must not hang on where it stands.
    private func companyProblems(of inputs: [[UInt8]], _ alone: [Prediction]) -> [String] {
        if inputs.isEmpty { return [] }
        // One input is its own company.
        let places = inputs.count == 1 ? [0, 0] : Array(inputs.indices)
        return [places, places.reversed()].flatMap { order in
            zip(order, Prediction.of(model, order.map { inputs[$0] })).compactMap { place, together in
                alone[place].difference(to: together, tolerance: tolerance).map {
                    "computed with others, \(inputs[place].shown): \($0)"
                }
            }
        }
    }

    private func threadProblems(of inputs: [[UInt8]], _ alone: [Prediction]) -> [String] {
        let (model, tolerance) = (model, tolerance)
        // Each thread begins elsewhere, so that different inputs meet.
        let found = ConcurrentRun.results(threads: 4) { thread in
            inputs.indices.compactMap { index -> String? in
                let place = (index + thread * 7) % inputs.count
                let prediction = Prediction.of(model, [inputs[place]])[0]
                return alone[place].difference(to: prediction, tolerance: tolerance).map {
                    "computed on several threads at once, \(inputs[place].shown): \($0)"
                }
            }
        }
        return found.flatMap { $0 }
    }

    // MARK: - Bad inputs

    private func badInputProblems(with bad: [BadInput], beside good: [UInt8], _ alone: Prediction) -> [String] {
        var problems = bad.compactMap { input in
            input.problem(with: Prediction.of(model, [input.bytes])[0])
        }
        // A few at a time, each with a good one before and behind it.
        for begin in stride(from: 0, to: bad.count, by: 8) {
            let some = bad[begin..<min(begin + 8, bad.count)]
            let all = some.flatMap { [good, $0.bytes] } + [good]
            for (place, prediction) in Prediction.of(model, all).enumerated() {
                if place % 2 == 0 {
                    guard let fault = alone.difference(to: prediction, tolerance: tolerance) else { continue }
                    problems.append("computed with bad inputs, \(good.shown): \(fault)")
                } else if let problem = bad[begin + place / 2].problem(with: prediction) {
                    problems.append("in a batch, " + problem)
                }
            }
        }
        return problems
    }
}

extension JSONValue {
    /// For a message.
    var shown: String {
        let text = description
        return text.utf8.count > 120 ? text.prefix(120) + "…" : text
    }
}

extension [UInt8] {
    /// For a message, where these are text.
    var shown: String {
        let text = String(decoding: prefix(120), as: UTF8.self)
        return isEmpty ? "nothing" : count > 120 ? text + "…" : text
    }
}
