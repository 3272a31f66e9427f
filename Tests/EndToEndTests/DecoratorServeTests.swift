import Foundation
import Testing

/// Caches and logs around models, by configuration.
@Suite struct DecoratorServeTests {
    private func lines(_ path: String) throws -> [[String: Any]] {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return try text.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    /// The log lies in the version's own folder, which is watched: a line in it is no new model.
    @Test func aModelOfARepositoryHasThemByItsDescription() async throws {
        let repository = try TestFolder()
        let version = repository.url.appending(path: "iris/1.0.0")
        try FileManager.default.createDirectory(at: version, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: try Built.model("iris-svc"), toPath: version.appending(path: "model.onnx").path)
        let description = """
            inputs: [{tensor: X, features: [a, b, c, d]}]
            cache: {entries: 10}
            log: {path: predictions.ndjson}
            """
        try description.write(to: version.appending(path: "model.yaml"), atomically: true, encoding: .utf8)
        let server = try await Server.serving(repository: repository.url.path)
        for input in [#"{"a":5.1,"b":3.5,"c":1.4,"d":0.2}"#, #"{"d":0.2,"a":5.1,"b":3.5,"c":14e-1}"#, #"{"a":1}"#] {
            _ = try await server.ask("predict", "iris", input)
        }
        #expect(try await server.ask("list").output.contains("iris"))
        #expect(try await server.stop() == 0)
        let lines = try lines(version.appending(path: "predictions.ndjson").path)
        #expect(lines.count == 3 && lines.allSatisfy { $0["model"] as? String == "iris" })
        #expect(lines.compactMap { $0["output"] as? NSDictionary }.count == 2)
        #expect((lines[2]["error"] as? [String: Any])?["code"] as? String == "invalid_input")
    }

    @Test func aPluginOfAConfigurationHasThemToo() async throws {
        let file = """
            models:
              celsius:
                plugin: \(try Built.fixture("celsius"))
                cache: {entries: 100, bytes: 100000}
                log: {path: celsius.ndjson, sample: 1.0}
            """
        let server = try await Server(["serve"], ready: "sibyl is serving", file: file)
        for _ in 0..<3 { #expect(try await server.ask("predict", "celsius", "100").output == "212\n") }
        #expect(try await server.stop() == 0)
        let lines = try lines(server.folder.url.appending(path: "celsius.ndjson").path)
        #expect(lines.map { $0["output"] as? Int } == [212, 212, 212])
    }

    @Test func aMistakeInThemIsToldWithItsPlace() async throws {
        let folder = try TestFolder()
        try folder.write(
            """
            models:
              celsius:
                plugin: \(try Built.fixture("celsius"))
                cache: {entries: 0}
                log: {sample: 0.5}
            """, to: "sibyl.yaml")
        let process = try SibylProcess(["serve", "--frontend", "tcp://127.0.0.1:*"], in: folder.url)
        #expect(try await process.end(within: 60) == 9)
        #expect(process.complaints.contains("sibyl.yaml:4"), "\(process.complaints)")
        #expect(process.complaints.contains("cache.entries"), "\(process.complaints)")
        #expect(process.complaints.contains("log.path is missing"), "\(process.complaints)")
    }
}
