import Foundation
import SibylModel
import SibylTesting
import Testing

@testable import SibylWorker

/// The plug-ins that scripts/build-fixtures compiles.
enum Fixture {
    static func path(_ name: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let path = root.appending(path: ".build/fixtures/\(name).so").path
        try #require(FileManager.default.fileExists(atPath: path), "`make fixtures` builds the plug-ins of the tests")
        return path
    }

    static func source(_ name: String, settings: JSONValue = [:]) throws -> ModelSource {
        .plugin(path: try path(name), configuration: ModelConfiguration(settings: settings))
    }
}

@Suite struct ModelManagerTests {
    @Test func loadsListsAndFinds() throws {
        let manager = try ModelManager([
            Fixture.source("echo"), Fixture.source("other"), Fixture.source("echo-2"), Fixture.source("celsius"),
        ])
        let list = manager.list().map { "\($0.qualifiedName) \($0.version)" }
        #expect(list == ["celsius 1.0.0", "echo 2.0.0", "echo 1.0.0", "other 1.0.0"])
        #expect(manager.find("echo")?.metadata.version == "2.0.0")
        #expect(manager.find("echo", version: "1")?.metadata.version == "1.0.0")
        #expect(manager.find("echo", version: "1.0.0")?.metadata.version == "1.0.0")
        #expect(manager.find("echo", version: "1.0.") == nil && manager.find("nobody") == nil)
        #expect(manager.metadata("celsius")?.inputSchema.json["minimum"]?.double == -273.15)
    }

    @Test func refusesTheSameNameAndVersionTwice() throws {
        let error = #expect(throws: ModelLoadError.self) {
            try ModelManager([Fixture.source("echo"), Fixture.source("echo")])
        }
        #expect(error?.message.contains("echo 1.0.0 is there twice") == true)
    }

    @Test(arguments: [
        ("text", "is no shared library"), ("no-table", "has no function sibyl_plugin_table"),
        ("no-table-given", "gives no table"),
        ("other-version", "version 2 of the plug-in table, this server takes version 1"),
        ("short-table", "a table of 24 bytes"), ("empty-function", "leaves a function of its table empty"),
        ("bad-metadata", "describes its model wrongly"), ("bad-name", "can't be a qualified name"),
        ("bad-schema", "has a schema that can't be used"), ("refuses", "its parameters are missing"),
    ])
    func refusesWhatIsNoModel(_ name: String, _ reason: String) throws {
        let source = try Fixture.source(name)
        let error = #expect(throws: ModelLoadError.self) { try ModelManager([source]) }
        #expect(error?.description.contains(reason) == true, "\(error.map(String.init(describing:)) ?? "")")
    }

    @Test func refusesAPathWhereNothingIs() {
        let error = #expect(throws: ModelLoadError.self) { try ModelManager([.plugin(path: "/nowhere/x.so")]) }
        #expect(error?.description == "there is no plug-in /nowhere/x.so; build it, or mend the path")
    }

    @Test func aPluginInCPredicts() throws {
        #expect(
            try predict("celsius", ["36.6", "\"x\"", "-300", "100"]) == [
                "97.88", "must be a number, but is \"x\"", "must be at least -273.15, but is -300", "212",
            ])
        let long = "1" + String(repeating: "0", count: 99)
        #expect(try predict("celsius", [long]) == ["1.8e+99"])
    }

    @Test(arguments: [
        ("lies", "the model's output does not meet its own schema"), ("babbles", "the model's output is not JSON"),
    ])
    func aPluginsOutputIsChecked(_ name: String, _ reason: String) throws {
        #expect(try predict(name, ["1"])[0].hasPrefix(reason))
    }

    @Test func aPluginInCKeepsWhatModelsPromise() throws {
        let celsius = try #require(try ModelManager([Fixture.source("celsius")]).models.first)
        let samples = [ModelSample(36.6, 97.88), ModelSample(100, 212)]
        #expect(ModelConformance.problems(of: celsius, samples: samples) == [])
        let lies = try #require(try ModelManager([Fixture.source("lies")]).models.first)
        #expect(ModelConformance.problems(of: lies, samples: [ModelSample(1)]).count == 1)
    }

    private func predict(_ name: String, _ payloads: [String]) throws -> [String] {
        let model = try #require(try ModelManager([Fixture.source(name)]).models.first)
        var outcomes = PredictionOutcomes()
        return payloads.map { payload in
            outcomes.removeAll()
            Array(payload.utf8).withUnsafeBytes { model.predict([$0], into: &outcomes) }
            switch outcomes.outcomes[0] {
            case .output(let range, _): return String(decoding: outcomes.bytes[range], as: UTF8.self)
            case .failure(let error): return error.violations.first?.message ?? error.message
            }
        }
    }
}
