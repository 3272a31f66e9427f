import SibylInference
import SibylModel
import SibylONNX
import SibylTesting
import Testing

/// What is served of a file alone keeps every promise of a model.
@Suite struct ConformanceTests {
    private func problems(of name: String, _ description: ModelDescription = ModelDescription()) throws -> [String] {
        let model = try Fixtures.model(name)
        return ModelConformance.problems(
            of: try TensorInference(model, name: name, version: "1.0.0", description: description))
    }

    @Test(arguments: FixtureTests.families + FixtureTests.published + FixtureTests.graphs.filter { $0 != "text" })
    func keepsItsPromises(_ name: String) throws {
        #expect(try problems(of: name) == [])
    }

    /// It fills up the words of one text to as many as the longest in the batch has.
    @Test func aModelWhoseItemsHangTogetherIsFound() throws {
        let problems = try problems(of: "text")
        #expect(!problems.isEmpty && problems.allSatisfy { $0.hasPrefix("computed with others") }, "\(problems)")
        var alone = ModelDescription()
        alone.batch = false
        #expect(try self.problems(of: "text", alone) == [])
    }
}
