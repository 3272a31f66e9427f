import Foundation
import Testing

/// Brokers and workers started one by one, and clients in Python.
@Suite struct WorkerProcessTests {
    @Test func clientsInPythonAreAnswered() async throws {
        let server = try await Server.serving([Built.irisPlugin()])
        let simple = try await python("Examples/python/simple.py", [server.endpoint])
        #expect(simple.status == 0 && simple.output == "setosa\n", "\(simple)")
        let pipelined = try await python("Examples/python/pipelined.py", [server.endpoint, "3000"])
        #expect(pipelined.status == 0 && pipelined.output.contains("3000 replies"), "\(pipelined)")
        for species in ["setosa", "versicolor", "virginica"] {
            #expect(pipelined.output.contains(species.padding(toLength: 12, withPad: " ", startingAt: 0) + "    1000"))
        }
        #expect(try await server.stop() == 0)
    }

    /// A debug build on a busy machine may take seconds over 70 MB, and that is nobody's death here.
    private static let patient = "broker: {heartbeat_ms: 10000}\n"

    @Test func badInputGetsTheProtocolsErrors() async throws {
        let folder = try TestFolder()
        let broker = try await Server(
            ["broker", "--backend", folder.endpoint("backend")], ready: "sibyl broker is ready", file: Self.patient)
        let worker = try SibylProcess(
            ["worker", "--connect", folder.endpoint("backend"), "--plugin", try Built.irisPlugin()], in: folder.url)
        try await broker.workers(1)
        let behind = try await python("Tests/EndToEndTests/bad_inputs.py", [broker.endpoint])
        #expect(behind.status == 0, "\(behind.output)")
        worker.send(SIGTERM)
        #expect(try await worker.end() == 0)
        #expect(try await broker.stop() == 0)
    }

    @Test func aWorkerAloneServesTheWholeProtocol() async throws {
        let server = try await Server(
            ["worker", "--plugin", try Built.irisPlugin()], frontend: "--bind", ready: "sibyl worker is serving",
            file: Self.patient)
        let bad = try await python("Tests/EndToEndTests/bad_inputs.py", [server.endpoint])
        #expect(bad.status == 0, "\(bad.output)")
        #expect(try await server.ask("list").output.contains("iris_model"))
        #expect(try await server.ask("stats").status == 0)
        #expect(try await server.stop() == 0)
    }

    @Test func aWorkerOfTheModelsOwnWorksAloneAndBehindABroker() async throws {
        let program = URL(filePath: try Built.irisWorker())
        let folder = try TestFolder()
        let endpoint = folder.endpoint("alone")
        let alone = try SibylProcess(["--bind", endpoint], in: folder.url, program: program)
        _ = try await alone.line(startingWith: "serving iris_model 0.1.0 on")
        #expect(try await python("Examples/python/simple.py", [endpoint]).output == "setosa\n")

        let broker = try await Server(
            ["broker", "--backend", folder.endpoint("backend")], ready: "sibyl broker is ready")
        let behind = try SibylProcess(["--connect", folder.endpoint("backend")], in: folder.url, program: program)
        try await broker.workers(1)
        #expect(try await python("Examples/python/simple.py", [broker.endpoint]).output == "setosa\n")
        #expect(try await broker.stop() == 0)
        for worker in [alone, behind] {
            worker.send(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }

    @Test func aWorkerInPythonServesBehindABroker() async throws {
        let folder = try TestFolder()
        let broker = try await Server(
            ["broker", "--backend", folder.endpoint("backend")], ready: "sibyl broker is ready")
        let worker = try SibylProcess(
            [Built.root.appending(path: "Examples/python/echo_worker.py").path, folder.endpoint("backend")],
            in: folder.url, program: try Built.python())
        try await broker.workers(1)
        #expect(try await broker.ask("predict", "echo", #"{"any": "thing"}"#).output == "{\"any\": \"thing\"}\n")
        worker.send(SIGTERM)
        #expect(try await worker.end() == 0)
        #expect(try await broker.stop() == 0)
    }

    @Test func aWorkerKilledUnderLoadCostsNoRequest() async throws {
        let folder = try TestFolder()
        let broker = try await Server(
            ["broker", "--backend", folder.endpoint("backend")], ready: "sibyl broker is ready")
        let plugin = try Built.irisPlugin()
        let workers = try (0..<2).map { _ in
            try SibylProcess(["worker", "--connect", folder.endpoint("backend"), "--plugin", plugin], in: folder.url)
        }
        try await broker.workers(2)
        let data = Built.root.appending(path: "Models/IrisModel/data").path
        let load = try await python(
            "scripts/killed-worker.py",
            [
                broker.endpoint, "\(workers[0].identifier)", "10000", data + "/iris.csv",
                data + "/sklearn-predictions.csv",
            ])
        #expect(load.status == 0, "\(load.output)")
        #expect(load.output.contains("10000 answered once, 0 missing, 0 answered twice, 0 failed, 0 wrong"))
        workers[1].send(SIGTERM)
        #expect(try await workers[1].end() == 0)
        #expect(try await broker.stop() == 0)
    }

    @Test func aWorkerThatCanNotReachItsBrokerSaysSoAndGoesOnTrying() async throws {
        let folder = try TestFolder()
        let worker = try SibylProcess(
            ["worker", "--connect", folder.endpoint("backend"), "--plugin", try Built.fixture("echo")],
            in: folder.url)
        let other = try SibylProcess(
            ["worker", "--connect", folder.endpoint("nobody"), "--plugin", try Built.fixture("echo")], in: folder.url)
        for worker in [worker, other] {
            try await worker.wait(20, for: "the complaint") { worker.complaints.contains("still trying") }
        }
        #expect(worker.complaints.contains(folder.endpoint("backend")))
        other.send(SIGTERM)
        #expect(try await other.end() == 0, "with nothing to finish it leaves at once")
        let broker = try await Server(
            ["broker", "--backend", folder.endpoint("backend")], ready: "sibyl broker is ready")
        try await broker.workers(1)
        #expect(try await broker.ask("predict", "echo", "1").output == "1\n")
        worker.send(SIGTERM)
        #expect(try await worker.end() == 0)
        #expect(try await broker.stop() == 0)
    }

    @Test func aRestartedBrokerFindsItsWorkersAgain() async throws {
        let folder = try TestFolder()
        let backend = ["broker", "--backend", folder.endpoint("backend")]
        let first = try await Server(backend, ready: "sibyl broker is ready")
        let worker = try SibylProcess(
            ["worker", "--connect", folder.endpoint("backend"), "--plugin", try Built.fixture("echo")],
            in: folder.url)
        try await first.workers(1)
        first.process.send(SIGKILL)
        _ = try await first.process.end()
        let second = try await Server(backend, ready: "sibyl broker is ready")
        try await second.workers(1)
        #expect(try await second.ask("predict", "echo", "2").output == "2\n")
        worker.send(SIGTERM)
        #expect(try await worker.end() == 0)
        #expect(try await second.stop() == 0)
    }

    @Test func theBrokersMemoryDoesNotGrowWithTheRequests() async throws {
        let server = try await Server.serving([Built.irisPlugin()], workers: 1)
        func load() async throws -> Int {
            let load = try await python("Examples/python/pipelined.py", [server.endpoint, "20000"])
            #expect(load.status == 0, "\(load.output)")
            let status = try String(contentsOfFile: "/proc/\(server.process.identifier)/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
            return try #require(Int(line.split(separator: " ")[1].trimmingCharacters(in: .letters)))
        }
        let before = try await load()
        let after = try await load()
        // Requests and answers of one load are 8 MB: kept, they would show.
        #expect(after - before < 4_000, "\(before) kB, then \(after) kB")
        #expect(try await server.stop() == 0)
    }
}
