import Foundation
import Testing

/// `sibyl serve` and the commands that ask it, as users run them.
@Suite struct ServeTests {
    private static let setosa = #"{"sepal_length":5.1,"sepal_width":3.5,"petal_length":1.4,"petal_width":0.2}"#

    @Test func theProjectsOwnFileServesTheIrisModel() async throws {
        _ = try Built.irisPlugin()
        let folder = try TestFolder()
        let process = try SibylProcess(
            ["serve"], in: Built.root,
            environment: ["SIBYL_BROKER_FRONTEND": folder.endpoint("frontend"), "SIBYL_SERVE_WORKERS": "1"])
        let line = try await process.line(startingWith: "sibyl is serving")
        #expect(line == "sibyl is serving iris_model 0.1.0 on \(folder.endpoint("frontend")) with 1 worker")
        process.send(SIGTERM)
        #expect(try await process.end() == 0)
    }

    @Test func answersListMetadataPredictHealthAndStats() async throws {
        let server = try await Server.serving([Built.irisPlugin()])
        let list = try await server.ask("list")
        #expect(list.status == 0 && list.output.contains("iris_model  0.1.0    ready"))
        let metadata = try await server.ask("metadata", "iris_model", "--json")
        #expect(metadata.output.contains(#""$schema":"https://json-schema.org/draft/2020-12/schema""#))
        let prediction = try await server.ask("predict", "iris_model", Self.setosa)
        #expect(prediction.status == 0 && prediction.output == "{\"species\":\"setosa\"}\n")
        #expect(try await server.ask("health").status == 0)
        #expect(try await server.ask("stats", "--json").output.contains(#""answered":1"#))
        #expect(try await server.stop() == 0)
    }

    @Test func exitStatusesTellMistakesApart() async throws {
        let server = try await Server.serving([Built.irisPlugin(), Built.fixture("echo")])
        let bad = try await server.ask("predict", "iris_model", #"{"sepal_length": -1}"#)
        #expect(bad.status == 3 && bad.complaints.contains("/sepal_length: must be above 0, but is -1"))
        #expect(bad.complaints.contains("/petal_width: is required and missing"))
        #expect(try await server.ask("predict", "iris_model", "{").status == 3)
        #expect(try await server.ask("predict", "nobody", "{}").status == 4)
        #expect(try await server.ask("predict", "iris_model", Self.setosa, "--version", "9").status == 4)
        let late = try await server.ask("predict", "echo", #"{"sleep_ms": 2000}"#, "--timeout", "500ms")
        #expect(late.status == 6)
        #expect(try await server.ask("predict", "echo", #"{"fail": 1}"#).status == 7)
        let batch = try await server.ask("predict", "echo", #"[1, {"fail": 1}, 3]"#, "--batch")
        #expect(batch.status == 8 && batch.output == "1\nnull\n3\n")
        #expect(batch.complaints.contains("item 1: as you wish"))
        #expect(try await server.stop() == 0)
    }

    @Test func nobodyListeningIsToldWithTheEndpoint() async throws {
        let folder = try TestFolder()
        let process = try SibylProcess(
            ["health", "--connect", folder.endpoint("nobody"), "--timeout", "200ms"], in: folder.url)
        #expect(try await process.end() == 5)
        #expect(process.complaints.contains(folder.endpoint("nobody")))
    }

    @Test func aWorkerThatDiesIsReplacedAndTheOthersAnswer() async throws {
        let server = try await Server.serving([Built.fixture("echo")])
        try await server.workers(2)
        let victim = try #require(server.children.first)
        kill(victim, SIGKILL)
        #expect(try await server.ask("predict", "echo", "7").output == "7\n")
        try await server.workers(2)
        #expect(!server.children.contains(victim))
        #expect(try await server.stop() == 0)
    }

    @Test func aRequestThatKillsItsWorkersFailsAlone() async throws {
        let server = try await Server.serving([Built.fixture("echo")], workers: 2)
        try await server.workers(2)
        let poison = try await server.ask("predict", "echo", #"{"crash": 1}"#)
        #expect(poison.status == 5, "\(poison)")
        try await server.workers(2)
        #expect(try await server.ask("predict", "echo", "7").output == "7\n")
        #expect(try await server.stop() == 0)
    }

    @Test func noChildOutlivesItsParent() async throws {
        let server = try await Server.serving([Built.fixture("echo")])
        try await server.workers(2)
        let children = server.children
        #expect(children.count == 2 && children.allSatisfy(isAlive))
        server.process.send(SIGKILL)
        try await server.process.wait(10, for: "the children's end") { !children.contains(where: isAlive) }
    }

    @Test func workersAreReplacedUnderLoadWithNoRequestFailed() async throws {
        let server = try await Server.serving([Built.fixture("echo")])
        try await server.workers(2)
        let before = server.children
        let load = try SibylProcess(
            [Built.root.appending(path: "Tests/Fixtures/scripts/steady-load.py").path, server.endpoint],
            in: server.folder.url, program: try Built.python())
        _ = try await load.line(startingWith: "answering")
        server.process.send(SIGHUP)
        try await server.process.wait(60, for: "the end of the replacement") {
            server.process.complaints.contains("all workers are replaced")
        }
        load.send(SIGTERM)
        #expect(try await load.end() == 0, "\(load.output)\(load.complaints)\(server.process.complaints)")
        #expect(load.output.contains(" 0 unanswered, 0 wrong"))
        let after = server.children
        #expect(after.count == 2 && Set(after).isDisjoint(with: before))
        #expect(try await server.stop() == 0)
    }

    @Test func aFileThatBecameInvalidLeavesTheWorkersAsTheyAre() async throws {
        let file = "models:\n  echo: {plugin: \(try Built.fixture("echo"))}\n"
        let server = try await Server(["serve", "--workers", "2"], ready: "sibyl is serving", file: file)
        try await server.workers(2)
        let before = Set(server.children)
        try server.folder.write("models:\n  echo: {plugin: ./missing.so}\n", to: "sibyl.yaml")
        server.process.send(SIGHUP)
        try await server.process.wait(30, for: "the complaint") {
            server.process.complaints.contains("workers are not replaced")
        }
        #expect(server.process.complaints.contains("there is no plug-in ./missing.so"))
        #expect(Set(server.children) == before)
        #expect(try await server.ask("predict", "echo", "7").output == "7\n")
        // Mended, the file is used.
        let other = file.replacing("echo.so", with: "echo-2.so")
        try server.folder.write(other, to: "sibyl.yaml")
        server.process.send(SIGHUP)
        try await server.process.wait(60, for: "the end of the replacement") {
            server.process.complaints.contains("all workers are replaced")
        }
        #expect(try await server.ask("list").output.contains("2.0.0"))
        #expect(try await server.stop() == 0)
    }

    @Test func aTerminalThatClosesEndsWhatWasStartedFromIt() async throws {
        let folder = try TestFolder()
        let script = Built.root.appending(path: "Tests/Fixtures/scripts/hang-up.py").path
        let process = try SibylProcess(
            [
                script, "sibyl is serving", SibylProcess.program.path, "serve", "--workers", "1", "--frontend",
                folder.endpoint("frontend"), "--plugin", try Built.fixture("echo"),
            ], in: folder.url, program: try Built.python())
        #expect(try await process.end(within: 90) == 0)
    }

    @Test func drainingAnswersWhatWasAccepted() async throws {
        let server = try await Server.serving([Built.fixture("echo")], workers: 1)
        let asking = try SibylProcess(
            ["predict", "echo", #"{"sleep_ms": 3000}"#, "--connect", server.endpoint], in: server.folder.url)
        var isInFlight = false
        // It takes one or two turns; the bound is for a test that fails.
        for _ in 0..<1_000 where !isInFlight {
            isInFlight = try await server.ask("stats", "--json").output.contains(#""in_flight":1"#)
        }
        #expect(isInFlight)
        #expect(try await server.stop() == 0)
        #expect(try await asking.end() == 0)
        #expect(asking.output == "{\"sleep_ms\": 3000}\n")
    }

    @Test(arguments: [
        ("missing", "there is no plug-in"), ("text", "is no shared library"), ("no-table", "is no Sibyl plug-in"),
        ("other-version", "built for version 2 of the plug-in table"), ("refuses", "its parameters are missing"),
    ])
    func aPluginThatIsNoneStopsTheStart(_ name: String, _ reason: String) async throws {
        let folder = try TestFolder()
        let path = Built.root.appending(path: ".build/fixtures/\(name).so").path
        let process = try SibylProcess(
            ["serve", "--frontend", folder.endpoint("frontend"), "--plugin", path], in: folder.url)
        #expect(try await process.end() == 9)
        #expect(process.complaints.contains(reason))
    }
}
