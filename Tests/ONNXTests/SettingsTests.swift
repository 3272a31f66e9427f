import SibylJSON
import SibylModel
import SibylONNX
import Testing

@Suite struct SettingsTests {
    @Test func settingsAreReadByName() throws {
        let settings = try ONNXSettings([
            "threads": 3, "inter_op_threads": 2, "graph_optimization": "basic", "execution_mode": "parallel",
        ])
        #expect(settings.threads == 3 && settings.interOpThreads == 2)
        #expect(settings.graphOptimization == .basic && settings.executionMode == .parallel)
        #expect(try ONNXSettings(nil) == ONNXSettings())
        #expect(try ONNXSettings([:]) == ONNXSettings())
    }

    @Test(
        arguments: [
            (["treads": 1], "treads"), (["threads": 0], "threads is 0"), (["threads": 1.5], "threads is 1.5"),
            (["threads": "two"], "whole number"), (["inter_op_threads": 100_000], "1 to 1024"),
            (["graph_optimization": "most"], "none, basic, extended, all"),
            (["execution_mode": 1], "sequential, parallel"),
            ([1], "names and values"),
        ] as [(JSONValue, String)])
    func aMistakeIsNamed(_ settings: JSONValue, _ part: String) throws {
        let error = try #require(throws: ModelLoadError.self) { try ONNXSettings(settings) }
        #expect(error.message.contains(part), "\(error)")
    }

    /// Whatever they are, the results are the same.
    @Test(
        arguments: [
            ["threads": 4], ["execution_mode": "parallel", "inter_op_threads": 2, "threads": 2],
            ["graph_optimization": "none"], ["graph_optimization": "basic"], ["graph_optimization": "extended"],
        ] as [JSONValue])
    func modelsRunWithThem(_ settings: JSONValue) throws {
        for name in ["digits-convolution", "silero-vad"] {
            let (model, fixture) = (try Fixtures.model(name, settings), try Fixture(name))
            let outputs = try model.run(fixture.cases[0].inputs)
            for (output, expected) in zip(outputs, fixture.cases[0].outputs) {
                #expect(output.differences(from: expected, tolerance: 1e-5) == [])
            }
        }
    }
}
