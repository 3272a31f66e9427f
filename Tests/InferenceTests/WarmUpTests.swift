import SibylInference
import SibylModel
import Testing

@Suite struct WarmUpTests {
    private func problems(_ samples: JSONValue, of model: any TensorModel = RowSums()) throws -> [String] {
        WarmUp.problems(
            of: try TensorInference(model), samples: try ModelDescription(json: ["samples": samples]).samples)
    }

    @Test func samplesThatPass() throws {
        let sums = RowSums()
        let samples: JSONValue = [
            ["input": ["X": [1, 2, 3]], "output": ["sum": 6, "count": 3]],
            // What the expected output does not name is not looked at.
            ["input": ["X": [0.1, 0.2, 0.3]], "output": ["sum": 0.6000001]],
            ["input": ["X": [0, 0, 0]]],
        ]
        #expect(try problems(samples, of: sums) == [])
        #expect(sums.runs.shapes == [[1, 3], [1, 3], [1, 3], [3, 3]])
        #expect(try problems([]) == [])
    }

    @Test func theFirstDifferenceIsTold() throws {
        #expect(
            try problems([
                ["input": ["X": [1, 2, 3]], "output": ["sum": 6.001]],
                ["input": ["X": [1, 2, 3]], "output": ["sum": 6.001], "tolerance": 0.001],
                ["input": ["X": [1, 2]]], ["input": ["X": [666, 0, 0]]],
            ]) == [
                "samples[0]: the output's /sum is 6, expected was 6.001",
                "samples[2]: the input does not meet the model's input schema in 1 place; /X: must have at least 3 items, "
                    + "but has 2",
                "samples[3]: the model failed: BadLuck()",
            ])
    }

    @Test func aModelThatMixesItsItemsUpIsFound() throws {
        let samples: [JSONValue] = [
            ["input": ["X": 1], "output": ["y": 1]], ["input": ["X": 3], "output": ["y": 3]],
        ]
        for samples in [[samples[0]], samples] {
            let found = try problems(.array(samples), of: Total())
            #expect(found.count == samples.count)
            let beginning =
                "samples[0], right when computed alone, is not when computed with others: the output's /y is"
            #expect(found.first?.hasPrefix(beginning) == true)
        }
    }

    @Test(
        arguments: [
            (["a": [1, ["b": "x"]]], ["a": [1, ["b": "y"]]], #"/a/1/b is "y", expected was "x""#),
            (["a": [1, 2]], ["a": [1]], "/a has 1 elements, expected were 2"),
            (["a/b~": 1], ["a": 1], "/a~1b~0 is missing"), (1, "1", #"value is "1", expected was 1"#),
            (["a": nil], ["a": 0], "/a is 0, expected was null"),
            (1_000_000, 1_000_011, "value is 1000011, expected was 1000000"),
            (1_000_000, 1_000_009, nil), (0.000001, 0, nil),
            (["a": nil, "b": [true]], ["b": [true], "a": nil, "c": 1], nil),
        ] as [(JSONValue, JSONValue, String?)])
    func outputsAreComparedByStructure(_ expected: JSONValue, _ actual: JSONValue, _ difference: String?) {
        #expect(SampleDescription(input: nil, output: expected).difference(to: actual) == difference)
    }

    @Test func withoutToleranceNumbersMustBeEqual() {
        let sample = SampleDescription(input: nil, output: 1.5, tolerance: 0)
        #expect(sample.difference(to: 1.5) == nil && sample.difference(to: 1.5000000000000002) != nil)
    }
}

/// Gives each item the sum of all, which is right for one.
private struct Total: TensorModel {
    let signature = TensorSignature(
        inputs: [TensorSpec("X", .float32, shape: [-1])], outputs: [TensorSpec("y", .float32, shape: [-1])])

    func run(_ inputs: [TensorView], outputs: [Int], _ body: ([TensorView]) throws -> Void) throws {
        let numbers = inputs[0].elements(Float.self)
        try [Float](repeating: numbers.reduce(0, +), count: numbers.count).withUnsafeBytes {
            try body([TensorView(.float32, shape: inputs[0].shape, data: $0)])
        }
    }
}
