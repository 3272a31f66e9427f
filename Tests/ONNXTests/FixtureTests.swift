import SibylInference
import SibylONNX
import Testing

/// Every model that set-up trains or installs, against what its original and ONNX Runtime's own Python give.
@Suite struct FixtureTests {
    /// Those whose rows are computed one by one as well as together.
    static let families = [
        "iris-svc", "iris-svc-zipmap", "iris-mlp", "cancer-boosting", "diabetes-boosting", "passengers-pipeline",
        "digits-convolution",
    ]
    static let published = [
        "magika", "silero-vad", "silero-vad-half", "silero-vad-sequence", "ocr-detection", "ocr-direction",
        "ocr-recognition", "thai-words", "thai-words-deep",
    ]
    static let graphs =
        DataType.allCases.map { "type-\($0)" } + [
            "types", "scalars", "fixed-batch", "empty", "unranked", "text", "recurrent", "overridable", "no-input",
            "gather", "described", "external",
        ]

    @Test(arguments: families + published + graphs)
    func givesWhatPythonGives(_ name: String) throws {
        let (model, fixture) = (try Fixtures.model(name), try Fixture(name))
        #expect(!fixture.cases.isEmpty)
        for each in fixture.cases {
            let outputs = try model.run(each.inputs)
            try #require(outputs.count == each.outputs.count)
            for (spec, (output, expected)) in zip(model.signature.outputs, zip(outputs, each.outputs)) {
                #expect(output.differences(from: expected, tolerance: 1e-5) == [], "\(spec.name)")
                #expect(spec.type == output.type && (spec.shape.isEmpty || spec.shape.count == output.shape.count))
            }
        }
    }

    /// Labels and regressions exactly or to what float32 holds of them, over the whole data set.
    @Test(arguments: families)
    func equalsItsOriginal(_ name: String) throws {
        let (model, fixture) = (try Fixtures.model(name), try Fixture(name))
        let outputs = try model.run(fixture.cases[0].inputs)
        try #require(outputs.count == fixture.original.count)
        for (output, original) in zip(outputs, fixture.original) {
            #expect(output.differences(from: original, tolerance: 1e-5) == [], "\(original.name)")
        }
    }

    @Test(arguments: families)
    func givesTheSameForEachRowAlone(_ name: String) throws {
        let (model, inputs) = (try Fixtures.model(name), try Fixture(name).cases[0].inputs)
        let together = try model.run(inputs)
        for row in 0..<inputs[0].shape[0] {
            let alone = try model.run(inputs.map { $0[row..<row + 1] })
            for (one, all) in zip(alone, together) {
                #expect(one.differences(from: all[row..<row + 1], tolerance: 1e-5) == [], "row \(row)")
            }
        }
    }
}

extension Tensor {
    /// Where another tensor is not the same. Floats may differ by so much of themselves, those below 1 by so much.
    func differences(from other: Tensor, tolerance: Double) -> [String] {
        guard type == other.type, shape == other.shape else {
            return ["\(type) \(shape), not \(other.type) \(other.shape)"]
        }
        guard let numbers, let others = other.numbers else {
            return bytes == other.bytes && strings == other.strings ? [] : ["other elements"]
        }
        let pairs = zip(numbers, others).enumerated().filter { _, pair in
            let (left, right) = pair
            return !(left == right || left.isNaN && right.isNaN || abs(left - right) <= tolerance * max(abs(right), 1))
        }
        return pairs.prefix(3).map { "element \($0.offset) is \($0.element.0), not \($0.element.1)" }
    }
}
