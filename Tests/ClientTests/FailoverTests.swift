import SibylClient
import Testing

/// Servers that go away, come back, and want no more work.
@Suite struct FailoverTests {
    @Test func callsOutliveARestartOfTheServer() async throws {
        let servers = try Servers()
        try servers.start("a")
        let client = try servers.client("a")
        #expect(try await client.double(1) == 2)
        let waiting = Task { try await client.double(2, wait: 500) }
        _ = try await client.health()
        servers.stop("a")
        let during = Task { try await client.double(3) }
        try servers.start("a")
        #expect(try await waiting.value == 4)
        #expect(try await during.value == 6)
    }

    @Test func anotherEndpointTakesOver() async throws {
        let servers = try Servers()
        try servers.start("a")
        try servers.start("b")
        let client = try servers.client("a", "b")
        #expect(try await client.double(1) == 2)
        let waiting = Task { try await client.double(2, wait: 500) }
        _ = try await client.health()
        servers.stop("a")
        #expect(try await waiting.value == 4)
        #expect(try await client.double(3) == 6)
    }

    @Test func theFirstEndpointIsPreferredAgainWhenItIsBack() async throws {
        let servers = try Servers()
        try servers.start("a")
        try servers.start("b")
        let client = try servers.client("a", "b")
        try await client.waitForWorker("a")
        servers.stop("a")
        #expect(try await client.worker() == "b")
        try servers.start("a")
        try await client.waitForWorker("a")
    }

    @Test func aCallWhoseServersComeAndGoKeepsItsDeadline() async throws {
        let servers = try Servers()
        try servers.start("a")
        try servers.start("b")
        let client = try servers.client("a", "b")
        try await client.waitForWorker("a")
        let late = Task {
            try await client.predict(
                "doubler", Doubler.Input(number: 1, wait: 2_000), as: Doubler.Output.self,
                options: CallOptions(timeout: .milliseconds(300)))
        }
        try await servers.waitForFlight(to: client)
        servers.stop("a")
        let error = await #expect(throws: SibylError.self) { try await late.value }
        #expect(error?.code == .deadlineExceeded)
    }

    /// Its last reply is followed at once by the end of the connection.
    @Test func whatADrainingServerAnsweredLastArrives() async throws {
        for _ in 0..<30 {
            let servers = try Servers()
            try servers.start("a")
            let client = try servers.client("a")
            let waiting = Task { try await client.double(2, wait: 50) }
            try await servers.waitForFlight(to: client)
            servers.drain("a")
            #expect(try await waiting.value == 4)
        }
    }

    @Test func aServerThatDrainsLeavesItsCallsToOthers() async throws {
        let servers = try Servers()
        try servers.start("a")
        try servers.start("b")
        let client = try servers.client("a", "b")
        try await client.waitForWorker("a")
        let alone = try servers.client("a")
        let held = Task { try await client.double(1, wait: 2_000) }
        try await servers.waitForFlight(to: alone)
        servers.drain("a")
        var status = ""
        // The next turn of its loop, or the one after it.
        for _ in 0..<10_000 where status != "draining" { status = try await alone.health().status }
        #expect(try await client.worker() == "b")
        let error = await #expect(throws: SibylError.self) { try await alone.worker() }
        #expect(error?.code == .unavailable)
        #expect(try await held.value == 2)
    }
}
