import SibylModel
import Testing

struct TypedModelTests {
    private func answers(_ payloads: [String], settings: JSONValue = [:]) throws -> [String] {
        let model = try TypedModel(Doubler.self, configuration: ModelConfiguration(settings: settings))
        return predict(model, payloads)
    }

    @Test func givesBytesForBytes() throws {
        #expect(try answers([#"{"number": 2.5}"#]) == [#"{"double":5.0}"#])
        #expect(try answers([#"{"number": 2.5}"#], settings: ["factor": 3]) == [#"{"double":7.5}"#])
    }

    @Test func oneBadInputHarmsNoOther() throws {
        let answers = try answers([
            #"{"number": 1}"#, #"{"number": "1"}"#, "{", #"{"number": 13}"#, #"{"number": 1e308}"#, #"{"number": 4}"#,
        ])
        #expect(answers[0] == #"{"double":2.0}"#)
        #expect(answers[1].hasPrefix("invalidInput"))
        #expect(answers[1].contains(#"/number: must be a number, but is "1""#))
        #expect(answers[2].hasPrefix("malformedPayload"))
        #expect(answers[3].hasPrefix("failed: the model failed: BadLuck"))
        #expect(answers[4].hasPrefix("failed"))
        #expect(answers[5] == #"{"double":8.0}"#)
    }

    @Test func aBatchWithTooFewOutputsIsComputedOneByOne() throws {
        let model = try TypedModel(Forgetful.self, configuration: ModelConfiguration())
        #expect(predict(model, [#"{"number": 1}"#, "{", #"{"number": 3}"#])[0] == #"{"double":2.0}"#)
        #expect(predict(model, [#"{"number": 1}"#, "{", #"{"number": 3}"#])[2] == #"{"double":6.0}"#)
    }

    @Test func tellsWhatCanNotBeLoaded() {
        let error = #expect(throws: ModelLoadError.self) {
            try TypedModel(Doubler.self, configuration: ModelConfiguration(settings: ["fcator": 3]))
        }
        #expect(error?.description == "the model has no setting fcator; it has factor")
    }

    @Test(arguments: ["iris", "a.b-c_D9", "0"])
    func takesNamesForURLs(_ name: String) { #expect(ModelMetadata.isQualifiedName(name)) }

    @Test(arguments: ["", "a b", "_a", "é", "a/b", String(repeating: "x", count: 129)])
    func refusesOtherNames(_ name: String) { #expect(!ModelMetadata.isQualifiedName(name)) }

    @Test(arguments: [
        ("1.2.3", true), ("0.0.0-rc.1", true), ("1.2", false), ("01.2.3", false), ("1.2.3-", false),
        ("1.2.3-01", false),
    ])
    func knowsSemanticVersions(_ text: String, _ isOne: Bool) {
        #expect((SemanticVersion(text) != nil) == isOne)
        if isOne { #expect(SemanticVersion(text)?.description == text) }
    }

    @Test func metadataSurvivesItsJSON() throws {
        let metadata = Doubler.metadata
        let again = try ModelMetadata(json: metadata.json)
        #expect(again.json == metadata.json)
        #expect(throws: ModelLoadError.self) { try ModelMetadata(json: ["display_name": "x"]) }
    }
}

/// Forgets the last of several inputs.
private struct Forgetful: MLModel {
    static let displayName = "Forgetful"
    static let qualifiedName = "forgetful"
    static let description = "Doubles a number."
    static let version: SemanticVersion = "1.0.0"
    static let inputSchema = Doubler.inputSchema
    static let outputSchema = Doubler.outputSchema

    init(configuration: ModelConfiguration) {}

    func predict(_ input: Doubler.Input) -> Doubler.Output { Doubler.Output(double: 2 * input.number) }

    func predict(batch inputs: [Doubler.Input]) -> [Result<Doubler.Output, any Error>] {
        inputs.dropLast().map { .success(predict($0)) }
    }
}

func predict(_ model: any ServedModel, _ payloads: [String]) -> [String] {
    let bytes = payloads.map { Array($0.utf8) }
    var outcomes = PredictionOutcomes()
    // All payloads behind one another, so that pointers into them stay valid.
    let joined = bytes.flatMap { $0 }
    joined.withUnsafeBytes { buffer in
        var begin = 0
        let views = bytes.map { one in
            defer { begin += one.count }
            return UnsafeRawBufferPointer(rebasing: buffer[begin..<(begin + one.count)])
        }
        model.predict(views, into: &outcomes)
    }
    return outcomes.outcomes.map { outcome in
        switch outcome {
        case .output(let range, _): String(decoding: outcomes.bytes[range], as: UTF8.self)
        case .failure(let error):
            "\(error.code): \(error.message) " + error.violations.map(\.description).joined(separator: "; ")
        }
    }
}
