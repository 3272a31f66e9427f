import SibylModel
import Testing

@testable import SibylTesting

struct ConformanceTests {
    private static let sample = ModelSample(["number": 2.5], ["double": 5])

    private func problems(of model: any ServedModel, samples: [ModelSample] = [Self.sample]) -> [String] {
        ModelConformance.problems(of: model, samples: samples)
    }

    @Test func findsNothingWhereNothingIs() {
        #expect(ModelConformance.problems(of: Doubler.self) == [])
        #expect(ModelConformance.problems(of: Doubler.self, samples: [Self.sample]) == [])
        #expect(problems(of: FaultyModel { right, payloads, outcomes in right(payloads, &outcomes) }) == [])
    }

    @Test(arguments: [
        (FaultyModel.mixesUpItsItems, "computed with others"),
        (.forgetsAnItem, "outcomes for"),
        (.takesAnything, "has an output and should have an error"),
        (.callsEverythingFailed, "and should be malformedPayload"),
        (.callsEverythingFailed, "and should be invalidInput"),
        (.doesNotSayWhere, "which does not name /number"),
        (.letsNeighboursSuffer, "computed with bad inputs"),
        (.givesNoJSON, "the output is no JSON"),
        (.breaksItsOutputSchema, "does not meet the output schema: /double"),
        (.refusesWithoutAWord, "is refused without a word"),
    ])
    func findsWhatIsWrong(_ model: FaultyModel, _ problem: String) {
        let problems = problems(of: model)
        #expect(problems.contains { $0.contains(problem) }, "\(problems)")
        // A fault that is everywhere is not told a hundred times.
        #expect(problems.count < 40)
    }

    @Test func findsWhatFailsOnOtherThreads() {
        let problems = problems(of: FaultyModel.knowsOneThreadOnly())
        #expect(!problems.isEmpty && problems.allSatisfy { $0.contains("on several threads at once") }, "\(problems)")
    }

    @Test(arguments: [
        (ModelSample(["number": 2], ["double": 5]), "sample 0: the output's /double is 4, expected was 5"),
        (ModelSample(["number": "2"]), "sample 0: the input does not meet the input schema: /number"),
        (ModelSample(["number": 13]), #"sample 0: the model answers failed "the model failed: BadLuck()""#),
    ])
    func findsWhatASampleSays(_ sample: ModelSample, _ problem: String) {
        let problems = ModelConformance.problems(of: Doubler.self, samples: [sample])
        #expect(problems.count == 1 && problems[0].hasPrefix(problem), "\(problems)")
    }

    @Test func toleratesWhatItIsToldTo() {
        let near = ModelSample(["number": 2], ["double": 4.001], tolerance: 0.01)
        #expect(ModelConformance.problems(of: Doubler.self, samples: [near]) == [])
    }

    @Test func findsWhatTheMetadataSays() throws {
        var model = FaultyModel { right, payloads, outcomes in right(payloads, &outcomes) }
        model.metadata.qualifiedName = "two words"
        model.metadata.description = " "
        #expect(
            problems(of: model).map { String($0.prefix(40)) } == [
                #"metadata: "two words" can't be a qualifi"#, "metadata: the description is empty",
            ])
        model.metadata = Doubler.metadata
        model.metadata.outputSchema = JSONSchema(["type": "numbre"])
        #expect(problems(of: model).first?.hasPrefix("output schema: the schema at /type") == true)
        // What a compiler lets pass.
        model.metadata.outputSchema = JSONSchema(["required": ["double", "double"], "title": 1])
        #expect(
            Set(problems(of: model).map { String($0.prefix(24)) }) == [
                "output schema: /required", "output schema: /title: m",
            ]
        )
        model.metadata.outputSchema = true
        model.metadata.inputSchema = JSONSchema(
            try JSONValue(
                parsing: #"""
                    {"properties": {"number": {"type": "number", "maximum": 5, "default": 6, "examples": [1, 7]}}, "required": ["number"]}
                    """#))
        #expect(
            Set(problems(of: model, samples: []).filter { $0.hasPrefix("input schema") }) == [
                "input schema: /number: its example 7 does not meet it: /: must be at most 5, but is 7",
                "input schema: /number: its default 6 does not meet it: /: must be at most 5, but is 6",
            ])
    }

    /// All the ways of being wrong that a schema has, each at its place.
    @Test func makesBadInputsForEachPlace() throws {
        let schema = JSONSchema(
            try JSONValue(
                parsing: #"""
                    {"type": "object", "required": ["length", "kind"], "additionalProperties": false, "properties": {
                     "length": {"type": "number", "exclusiveMinimum": 0, "maximum": 30}, "kind": {"enum": ["a", "b"]},
                     "name": {"type": "string", "minLength": 1, "maxLength": 5},
                     "pixels": {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2}}}
                    """#))
        let base: JSONValue = ["length": 5, "kind": "a", "name": "x", "pixels": [1, 2]]
        let bad = BadInputs(of: try SchemaDocument(schema, name: "input:"), base: base).all
        #expect(bad.filter { $0.code == .malformedPayload }.count == 7)
        let faults = bad.compactMap { $0.path == nil ? nil : $0.fault }
        for fault in [
            "/length: is required and missing", "/length: must be a number, but is \"text\"",
            "/length: must be above 0, but is 0", "/length: must be at most 30, but is 30.00003",
            "/kind: is required and missing", "/kind: must be one of \"a\", \"b\"",
            "/name: must have at most 5 characters, but has 6", "/name: must have at least 1 characters",
            "/pixels: must have at most 2 items", "/pixels: must have at least 2 items",
            "/pixels/1: must be an integer",
            "/pixels/0: must be at least 0", "/: must be an object",
        ] {
            #expect(faults.contains { $0.hasPrefix(fault) }, "\(fault) in \(faults)")
        }
    }

    @Test func asksForASampleWhereNoneCanBeMadeUp() {
        var model = FaultyModel { right, payloads, outcomes in right(payloads, &outcomes) }
        model.metadata.inputSchema = .string(pattern: "^[a-z]{7}[0-9]{3}$")
        #expect(
            problems(of: model, samples: []) == ["no input can be made up from the input schema: give a sample"])
    }

    @Test func saysWhyAModelCanNotBeLoaded() {
        let configuration = ModelConfiguration(settings: ["fcator": 3])
        #expect(
            ModelConformance.problems(of: Doubler.self, configuration: configuration) == [
                "it can't be loaded: the model has no setting fcator; it has factor"
            ])
    }
}
