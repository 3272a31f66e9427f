import Foundation
import Testing

/// Two brokers that share a worker, and what a client sees when one of them fails it.
@Suite struct FailoverTests {
    private static func broker(_ name: String, _ folder: TestFolder) async throws -> Server {
        try await Server(
            ["broker", "--backend", folder.endpoint(name)], ready: "sibyl broker is ready", folder: folder)
    }

    @Test func aBrokerThatStopsWithoutAWordLosesNoCall() async throws {
        let folder = try TestFolder()
        let first = try await Self.broker("first", folder)
        let worker = try SibylProcess(
            [
                "worker", "--connect", folder.endpoint("first"), "--connect", folder.endpoint("second"), "--threads",
                "2",
                "--plugin", try Built.fixture("echo"),
            ], in: folder.url)
        try await first.workers(1)
        let spare = folder.endpoint("spare")
        let asking = try SibylProcess(
            ["predict", "echo", #"{"sleep_ms": 2000}"#, "--connect", first.endpoint, "--connect", spare], in: folder.url
        )
        var isInFlight = false
        // It takes one or two turns; the bound is for a test that fails.
        for _ in 0..<1_000 where !isInFlight {
            isInFlight = try await first.ask("stats", "--json").output.contains(#""in_flight":1"#)
        }
        #expect(isInFlight)
        first.process.send(SIGSTOP)
        let second = try SibylProcess(
            ["broker", "--backend", folder.endpoint("second"), "--frontend", spare], in: folder.url)
        #expect(try await asking.end() == 0, "\(asking.complaints)")
        #expect(asking.output == "{\"sleep_ms\": 2000}\n")
        // The broker goes on as if nothing had been, and its worker is there again.
        first.process.send(SIGCONT)
        try await first.workers(1)
        #expect(try await first.ask("predict", "echo", "7").output == "7\n")
        for process in [worker, second] {
            process.send(SIGTERM)
            #expect(try await process.end() == 0)
        }
        #expect(try await first.stop() == 0)
    }
}
