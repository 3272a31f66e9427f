import SibylModel
import Testing

/// What the check finds between schemas as models have them.
struct ContractTests {
    private func input(_ old: String, _ new: String) throws -> [ContractBreak] {
        ContractCheck.breaks(
            ofInputs: JSONSchema(try JSONValue(parsing: old)), takenBy: JSONSchema(try JSONValue(parsing: new)))
    }

    private func output(_ old: String, _ new: String) throws -> [ContractBreak] {
        ContractCheck.breaks(
            ofOutputs: JSONSchema(try JSONValue(parsing: new)), readAs: JSONSchema(try JSONValue(parsing: old)))
    }

    // MARK: - Inputs

    @Test(arguments: ContractCases.taken) func takesWhatWasTaken(_ known: ContractCases.Case) throws {
        #expect(try input(known.old, known.new) == [])
    }

    @Test(arguments: ContractCases.refused) func saysWhatIsRefusedNow(_ known: ContractCases.Case) throws {
        let breaks = try input(known.old, known.new)
        #expect(breaks.map(\.description).joined(separator: "; ") == known.message)
        #expect(breaks.allSatisfy { $0.kind == .broken && $0.side == .input })
    }

    @Test(arguments: ContractCases.untold) func saysWhatItCanNotTell(_ known: ContractCases.Case) throws {
        let breaks = try input(known.old, known.new)
        #expect(!breaks.isEmpty && breaks.allSatisfy { $0.kind == .undecided }, "\(breaks)")
    }

    /// One letter, in one code point and in two.
    @Test func bytesDecideWhatStringsAreEqual() throws {
        #expect(try input("{\"const\":\"\u{e9}\"}", "{\"const\":\"e\u{301}\"}").count == 1)
        let old = #"{"properties":{"\u00e9":{"type":"number"}},"additionalProperties":false}"#
        #expect(try input(old, old.replacing(#"\u00e9"#, with: #"e\u0301"#)).count == 1)
        let pattern = "{\"type\":\"string\",\"pattern\":\"\u{e9}\"}"
        #expect(try input(pattern, pattern.replacing("\u{e9}", with: "e\u{301}")).count == 1)
    }

    /// An open schema lets callers send anything under names that it does not have.
    @Test func toldApartIsWhatWasIgnored() throws {
        let breaks = try input(
            #"{"type":"object","properties":{"a":{"type":"number"}}}"#,
            #"{"type":"object","properties":{"a":{"type":"number"},"b":{"type":"integer","minimum":0}}}"#)
        #expect(breaks.map(\.kind) == [.undeclared])
        #expect(breaks.first?.path == "/b")
        #expect(breaks.first?.message.contains("takes only an integer") == true)
    }

    // MARK: - Outputs

    @Test(arguments: ContractCases.known) func givesWhatReadersKnow(_ known: ContractCases.Case) throws {
        #expect(try output(known.old, known.new) == [])
    }

    @Test(arguments: ContractCases.unknown) func saysWhatReadersDoNotKnow(_ known: ContractCases.Case) throws {
        let breaks = try output(known.old, known.new)
        #expect(breaks.map(\.description) == [known.message])
        #expect(breaks.allSatisfy { $0.kind == .broken && $0.side == .output })
    }

    // MARK: - Models and policies

    private func metadata(_ version: SemanticVersion, input: JSONSchema, output: JSONSchema) -> ModelMetadata {
        ModelMetadata(
            displayName: "Model", qualifiedName: "model", description: "", version: version, inputSchema: input,
            outputSchema: output)
    }

    @Test func comparesBothSidesOfAModel() {
        let old = metadata("1.0.0", input: .number(), output: .string())
        let new = metadata("1.1.0", input: .integer(), output: .string().nullable)
        #expect(ContractCheck.breaks(from: old, to: old) == [])
        #expect(
            ContractCheck.breaks(from: old, to: new).map(\.description) == [
                "input /: was a number, is an integer now", "output /: was a string, is a string or null now",
            ])
    }

    @Test func policiesRefuseWhatTheySay() {
        let broken = ContractBreak(.input, .broken, path: "/a", "")
        let undeclared = ContractBreak(.input, .undeclared, path: "/b", "")
        let undecided = ContractBreak(.input, .undecided, path: "/c", "")
        let all = [broken, undeclared, undecided]
        #expect(ContractPolicy.strict.refused(all, from: "1.0.0", to: "2.0.0") == all)
        #expect(ContractPolicy.major.refused(all, from: "1.0.0", to: "1.1.0") == [broken, undecided])
        #expect(ContractPolicy.major.refused(all, from: "1.9.0", to: "2.0.0") == [])
        #expect(ContractPolicy.major.refused(all, from: "2.0.0", to: "1.0.0") == [broken, undecided])
        #expect(ContractPolicy.off.refused(all, from: "1.0.0", to: "1.0.1") == [])
        #expect(ContractPolicy(rawValue: "major") == .major)
    }

    /// Choices inside choices, each of which may be any.
    @Test(arguments: [(3, true), (12, false)]) func entangledSchemasEnd(_ count: Int, _ isTold: Bool) throws {
        let names = (0..<count).map { "n\($0)" }
        var definitions = JSONObject()
        for name in names {
            let references = names.map { JSONValue.object(["$ref": .string("#/$defs/\($0)")]) }
            definitions[name] = ["type": "object", "properties": ["next": ["anyOf": .array(references)]]]
        }
        let old: JSONValue = ["$defs": .object(definitions), "$ref": "#/$defs/n0"]
        definitions["n1"] = ["type": "object", "properties": ["next": ["type": "number"]]]
        let new: JSONValue = ["$defs": .object(definitions), "$ref": "#/$defs/n0"]
        let breaks = ContractCheck.breaks(ofInputs: JSONSchema(old), takenBy: JSONSchema(old).described("other"))
        #expect(breaks.allSatisfy { $0.kind == .undecided } && breaks.isEmpty == isTold)
        #expect(ContractCheck.breaks(ofInputs: JSONSchema(new), takenBy: JSONSchema(old)).isEmpty == false)
    }
}
