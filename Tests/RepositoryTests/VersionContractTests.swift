import SibylModel
import Testing

@testable import SibylRepository

/// What the loader makes of breaks.
struct VersionContractTests {
    private func metadata(_ version: SemanticVersion, _ input: JSONSchema) -> ModelMetadata {
        ModelMetadata(
            displayName: "Model", qualifiedName: "model", description: "", version: version, inputSchema: input,
            outputSchema: true)
    }

    private func check(_ version: SemanticVersion, _ policy: ContractPolicy) throws(ModelLoadError) -> [String] {
        try VersionLoader.checkContract(
            of: metadata(version, .integer()), with: metadata("1.4.0", .number()), by: policy)
    }

    @Test func refusesABreakAndSaysWhatToDo() throws {
        let error = #expect(throws: ModelLoadError.self) { try check("1.5.0", .major) }
        #expect(
            error?.message == "it breaks what callers of version 1.4.0 rely on; give it the version 2.0.0, or write "
                + "contract: off in its model.yaml: input /: was a number, is an integer now")
        #expect(throws: ModelLoadError.self) { try check("2.0.0", .strict) }
    }

    @Test func tellsBreaksThatItAllows() throws {
        #expect(try check("2.0.0", .major) == ["unlike version 1.4.0: input /: was a number, is an integer now"])
        #expect(try check("1.5.0", .off) == [])
        let first = try VersionLoader.checkContract(of: metadata("1.0.0", .integer()), with: nil, by: .strict)
        #expect(first == [])
    }
}
