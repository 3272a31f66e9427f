import Foundation
import Testing

/// The commands that ask, in the shapes that people and programs use them.
@Suite struct AskingTests {
    private static let setosa = #"{"sepal_length":5.1,"sepal_width":3.5,"petal_length":1.4,"petal_width":0.2}"#

    @Test func theInputIsInlineOrAFileOrStandardInput() async throws {
        let server = try await Server.serving([Built.irisPlugin()], workers: 1)
        try server.folder.write(Self.setosa, to: "one.json")
        try server.folder.write("[\(Self.setosa), {}]", to: "two.json")
        #expect(try await server.ask("predict", "iris_model", "@one.json").output == "{\"species\":\"setosa\"}\n")
        let batch = try await server.ask("predict", "iris_model", "@two.json", "--batch")
        #expect(batch.status == 8 && batch.output == "{\"species\":\"setosa\"}\nnull\n")
        #expect(batch.complaints.hasPrefix("sibyl: 1 item failed\n  item 1 /sepal_length: is required and missing\n"))
        let none = try await server.ask("predict", "iris_model", "[]", "--batch")
        #expect(none.status == 0 && none.output.isEmpty)
        let missing = try await server.ask("predict", "iris_model", "@three.json")
        #expect(missing.status == 3 && missing.complaints.contains("three.json"))
        let piped = try SibylProcess(
            ["-c", "\(SibylProcess.program.path) predict iris_model - --batch --connect \(server.endpoint) <two.json"],
            in: server.folder.url, program: URL(filePath: "/bin/sh"))
        #expect(try await piped.end() == 8)
        #expect(piped.output == "{\"species\":\"setosa\"}\nnull\n")
        #expect(try await server.stop() == 0)
    }

    @Test func programsGetJSONForFailuresToo() async throws {
        let server = try await Server.serving([Built.irisPlugin()], workers: 1)
        let bad = try await server.ask("predict", "iris_model", #"{"sepal_length": -1}"#, "--json")
        #expect(bad.status == 3 && bad.output.isEmpty)
        let error = try #require(
            try JSONSerialization.jsonObject(with: Data(bad.complaints.utf8)) as? [String: [String: Any]])["error"]
        #expect(error?["code"] as? String == "invalid_input" && error?["exit_status"] as? Int == 3)
        #expect((error?["details"] as? [[String: String]])?.count == 4)
        let good = try await server.ask("predict", "iris_model", Self.setosa, "--json")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(good.output.utf8)) as? [String: Any])
        #expect(object["output"] as? [String: String] == ["species": "setosa"])
        #expect(Set(object.keys) == ["model", "version", "worker", "timing", "output"])
        #expect(try await server.stop() == 0)
    }

    @Test func aPluginInCTakesANegativeNumber() async throws {
        let server = try await Server.serving([Built.fixture("celsius")], workers: 1)
        #expect(try await server.ask("predict", "celsius", "36.6").output == "97.88\n")
        #expect(try await server.ask("predict", "celsius", "-40").output == "-40\n")
        let cold = try await server.ask("predict", "celsius", "-300")
        #expect(cold.status == 3 && cold.complaints.contains("at least -273.15"), "\(cold)")
        #expect(try await server.stop() == 0)
    }
}
