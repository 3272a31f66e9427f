import Foundation
import IrisModel
import SibylModel
import SibylTesting
import Testing

struct IrisModelTests {
    private static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func rows(_ file: String) throws -> [[String]] {
        let text = try String(contentsOf: package.appending(path: "data/\(file)"), encoding: .utf8)
        return text.split(separator: "\n").dropFirst().map { $0.split(separator: ",").map(String.init) }
    }

    private static func input(_ row: [String]) -> String {
        "{\"sepal_length\": \(row[0]), \"sepal_width\": \(row[1]), \"petal_length\": \(row[2]), \"petal_width\": \(row[3])}"
    }

    private func model(_ settings: JSONValue = [:]) throws -> TypedModel<IrisModel> {
        try TypedModel(configuration: ModelConfiguration(settings: settings))
    }

    @Test func equalsScikitLearnOnEveryRow() throws {
        let model = try model()
        let rows = try Self.rows("iris.csv")
        let expected = try Self.rows("sklearn-predictions.csv").map { "{\"species\":\"\($0[0])\"}" }
        #expect(rows.count == 150)
        #expect(predict(model, rows.map(Self.input)) == expected, "as a batch")
        #expect(rows.flatMap { predict(model, [Self.input($0)]) } == expected, "one by one")
    }

    /// Types and schemas agree, batches equal singles, threads don't matter, bad inputs are told as such, and more.
    @Test func keepsWhatModelsPromise() throws {
        let rows = try zip(Self.rows("iris.csv"), Self.rows("sklearn-predictions.csv"))
        let samples = try rows.map { row, species in
            ModelSample(try JSONValue(parsing: Self.input(row)), ["species": .string(species[0])])
        }
        #expect(samples.count == 150)
        #expect(ModelConformance.problems(of: IrisModel.self, samples: samples) == [])
    }

    @Test func describesEveryField() {
        let properties = IrisModel.inputSchema.json["properties"]?.object
        #expect(properties?.count == 4)
        #expect(properties?.allSatisfy { $1["description"]?.string?.isEmpty == false } == true)
    }

    @Test(arguments: [
        ("5.1", true), ("30", true), ("0.0001", true), ("3e1", true), ("0", false), ("-1", false), ("30.0001", false),
        ("\"5.1\"", false), ("null", false), ("true", false), ("[5.1]", false),
    ])
    func takesLengthsAboveZeroUpToThirty(_ value: String, _ isValid: Bool) throws {
        let answer = predict(try model(), [Self.input([value, "3.5", "1.4", "0.2"])])[0]
        #expect(answer.hasPrefix("{\"species\"") == isValid, "\(answer)")
        if !isValid { #expect(answer.contains("/sepal_length")) }
    }

    @Test func namesEveryMissingFieldAndIgnoresFurtherOnes() throws {
        let model = try model()
        let answer = predict(model, ["{\"sepal_length\": 5.1}"])[0]
        for field in ["sepal_width", "petal_length", "petal_width"] { #expect(answer.contains("/\(field)")) }
        let further = Self.input(["5.1", "3.5", "1.4", "0.2"]).dropLast() + ", \"color\": \"blue\"}"
        #expect(predict(model, [String(further)]) == ["{\"species\":\"setosa\"}"])
    }

    @Test func loadsParametersFromAFile() throws {
        let path = Self.package.appending(path: "Sources/IrisModel/Parameters/iris.svm").path
        #expect(
            predict(try model(["parameters": .string(path)]), [Self.input(["6.3", "3.3", "6", "2.5"])])
                == ["{\"species\":\"virginica\"}"])
    }

    @Test(
        arguments: [
            (["parameters": "/nonexistent/iris.svm"], "can't be read"),
            (["parameters": "/etc/hostname"], "is no libsvm"),
            (["parameters": 3], "is a path"), (["parametres": "x"], "has no setting parametres; it has parameters"),
        ] as [(JSONValue, String)])
    func saysWhyItCanNotBeLoaded(_ settings: JSONValue, _ reason: String) {
        let error = #expect(throws: ModelLoadError.self) { try model(settings) }
        #expect(error?.description.contains(reason) == true)
    }

    @Test func aFileThatWasCutAnywhereIsRefused() throws {
        let whole = try Data(contentsOf: Self.package.appending(path: "Sources/IrisModel/Parameters/iris.svm"))
        let cut = FileManager.default.temporaryDirectory.appending(path: "iris-\(UUID().uuidString).svm")
        defer { try? FileManager.default.removeItem(at: cut) }
        // A length that is prime, so that the cuts fall everywhere.
        for length in stride(from: 0, to: whole.count, by: 13) {
            try whole.prefix(length).write(to: cut)
            let error = #expect(throws: ModelLoadError.self) { try model(["parameters": .string(cut.path)]) }
            #expect(error?.description.contains("is no libsvm model file") == true)
        }
        try whole.write(to: cut)
        #expect(throws: Never.self) { try model(["parameters": .string(cut.path)]) }
    }

    @Test(arguments: [
        ("total_sv 47", "total_sv 48"), ("nr_class 3", "nr_class 4000000"), ("nr_class 3", "nr_class 2"),
        ("label 0", "label"), ("nr_sv 4 ", "nr_sv 9 "),
        (" 1:", " 1;"), ("svm_type c_svc", "svm_type x"),
    ])
    func aFileWhoseCountsAreWrongIsRefused(_ right: String, _ wrong: String) throws {
        let whole = try String(
            contentsOf: Self.package.appending(path: "Sources/IrisModel/Parameters/iris.svm"), encoding: .utf8)
        let path = FileManager.default.temporaryDirectory.appending(path: "iris-\(UUID().uuidString).svm")
        defer { try? FileManager.default.removeItem(at: path) }
        try whole.replacing(right, with: wrong, maxReplacements: 1).write(to: path, atomically: true, encoding: .utf8)
        #expect(throws: ModelLoadError.self) { try model(["parameters": .string(path.path)]) }
    }

    private func predict(_ model: some ServedModel, _ payloads: [String]) -> [String] {
        var outcomes = PredictionOutcomes()
        let joined = Array(payloads.joined().utf8)
        joined.withUnsafeBytes { bytes in
            var begin = 0
            let views = payloads.map { payload in
                defer { begin += payload.utf8.count }
                return UnsafeRawBufferPointer(rebasing: bytes[begin..<(begin + payload.utf8.count)])
            }
            model.predict(views, into: &outcomes)
        }
        return outcomes.outcomes.map { outcome in
            switch outcome {
            case .output(let range, _): String(decoding: outcomes.bytes[range], as: UTF8.self)
            case .failure(let error): error.violations.map(\.description).joined(separator: "; ")
            }
        }
    }
}
