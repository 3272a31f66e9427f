import Foundation
import Testing

/// `sibyl serve --models DIR`: models in ONNX files, dropped into a folder.
@Suite struct RepositoryServeTests {
    private static let setosa = #"{"sepal_length":5.1,"sepal_width":3.5,"petal_length":1.4,"petal_width":0.2}"#
    private static let description = """
        inputs:
          - tensor: X
            features: [sepal_length, sepal_width, petal_length, petal_width]
        outputs:
          - {tensor: label, name: species, labels: [setosa, versicolor, virginica]}
        samples:
          - input: \(setosa)
            output: {species: setosa}
        """

    /// A folder with one version of a model, and a server of it that takes what comes at once.
    private struct Served {
        let repository: TestFolder
        let server: Server

        init() async throws {
            repository = try TestFolder()
            try Self.add("1.0.0", to: repository)
            server = try await Server.serving(repository: repository.url.path)
        }

        static func add(_ version: String, to repository: TestFolder, description: String = description) throws {
            let partial = repository.url.appending(path: "iris/\(version).partial")
            try FileManager.default.createDirectory(at: partial, withIntermediateDirectories: true)
            let model = try Built.model("iris-svc")
            try FileManager.default.copyItem(atPath: model, toPath: partial.appending(path: "model.onnx").path)
            try description.write(to: partial.appending(path: "model.yaml"), atomically: true, encoding: .utf8)
            // The rename makes it complete.
            try FileManager.default.moveItem(at: partial, to: repository.url.appending(path: "iris/\(version)"))
        }

        /// Asks for the list until it shows something.
        func list(showing text: String) async throws -> String {
            var output = ""
            for _ in 0..<200 {
                output = try await server.ask("models", "list").output
                if output.contains(text) { return output }
                try await Task.sleep(for: .milliseconds(100))
            }
            Issue.record("the list never showed \(text): \(output)")
            return output
        }
    }

    @Test func aModelInAFolderIsServedByItsFileAlone() async throws {
        let served = try await Served()
        let answer = try await served.server.ask("predict", "iris", Self.setosa)
        #expect(answer.output == "{\"species\":\"setosa\"}\n", "\(answer)")
        let bad = try await served.server.ask("predict", "iris", #"{"sepal_length": "long"}"#)
        #expect(bad.status == 3 && bad.complaints.contains("/sepal_length: must be a number"))
        #expect(try await served.server.stop() == 0)
    }

    @Test func aNewVersionIsTakenAndOperatorsUnloadAndLoadIt() async throws {
        let served = try await Served()
        try Served.add("1.1.0", to: served.repository)
        _ = try await served.list(showing: "1.1.0 (also 1.0.0)")
        #expect(try await served.server.ask("predict", "iris", Self.setosa, "--version", "1.0").status == 0)
        #expect(try await served.server.ask("models", "unload", "iris", "9.9.9").status == 4)
        #expect(try await served.server.ask("models", "unload", "iris", "1.1.0").status == 0)
        #expect(try await served.server.ask("predict", "iris", Self.setosa, "--version", "1.1").status == 4)
        #expect(try await served.server.ask("models", "load", "iris", "1.1.0").status == 0)
        #expect(try await served.server.ask("predict", "iris", Self.setosa, "--version", "1.1").status == 0)
        #expect(try await served.server.stop() == 0)
    }

    /// What was served is served on, and everybody is told.
    @Test func aVersionThatFailsItsOwnSampleIsNotServed() async throws {
        let served = try await Served()
        let wrong = Self.description.replacing("output: {species: setosa}", with: "output: {species: virginica}")
        try Served.add("1.1.0", to: served.repository, description: wrong)
        // Waits for it: the version is shown as loading before.
        _ = try await served.list(showing: "iris 1.1.0 can't be loaded")
        let health = try await served.server.ask("health")
        #expect(health.status == 0 && health.output.contains("degraded"))
        #expect(try await served.server.ask("predict", "iris", Self.setosa).output == "{\"species\":\"setosa\"}\n")
        #expect(try await served.server.stop() == 0)
    }
}
