import SibylClient
import Testing

/// How calls end that get no answer: each does, whatever happens to the client meanwhile.
@Suite struct EndingTests {
    @Test func cancellingATaskEndsItsCall() async throws {
        let servers = try Servers()
        try servers.start("a")
        let client = try servers.client("a")
        let task = Task { try await client.double(1, wait: 2_000) }
        // Whether it is cancelled before or after it was sent, it ends as cancelled.
        _ = try await client.health()
        task.cancel()
        let error = await #expect(throws: SibylError.self) { try await task.value }
        #expect(error?.code == .cancelled)
    }

    @Test func cancellingEndsACallThatWaitsForAConnection() async throws {
        let servers = try Servers()
        let client = try servers.client("nobody")
        let task = Task { try await client.list(timeout: .seconds(1_000)) }
        try await Task.sleep(for: .milliseconds(20))
        task.cancel()
        let error = await #expect(throws: SibylError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        let before = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await client.list(timeout: .seconds(1_000))
        }
        before.cancel()
        let atOnce = await #expect(throws: SibylError.self) { try await before.value }
        #expect(atOnce?.code == .cancelled)
    }

    @Test func nobodyThereIsAnErrorThatNamesTheEndpoints() async throws {
        let servers = try Servers()
        let client = try servers.client("x", "y", timeout: .milliseconds(150))
        let error = await #expect(throws: SibylError.self) { try await client.list() }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains(servers.endpoint("x")) == true)
        #expect(error?.message.contains(servers.endpoint("y")) == true)
    }

    @Test func closingEndsWhatWaits() async throws {
        let servers = try Servers()
        let client = try servers.client("nobody")
        let waiting = Task { try await client.list() }
        try await Task.sleep(for: .milliseconds(20))
        client.close()
        let error = await #expect(throws: SibylError.self) { try await waiting.value }
        #expect(error?.code == .cancelled)
        let later = await #expect(throws: SibylError.self) { try await client.list() }
        #expect(later?.code == .cancelled)
    }

    @Test func closingGetsThroughWhereNothingElseDoes() async throws {
        let servers = try Servers()
        var configuration = ClientConfiguration(endpoints: [servers.endpoint("nobody")])
        configuration.maximumCalls = 0
        let client = try SibylClient(configuration)
        let refused = await #expect(throws: SibylError.self) { try await client.list() }
        #expect(refused?.code == .overloaded)
        client.close()
        let later = await #expect(throws: SibylError.self) { try await client.list() }
        #expect(later?.code == .cancelled)
    }

    @Test func everyCallEndsWhenTasksCallCancelAndCloseAtOnce() async throws {
        let servers = try Servers()
        try servers.start("a")
        for _ in 0..<20 {
            let client = try servers.client("a", "nobody")
            // Whatever each says: that all of them say something is the point.
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        let call = Task { try await client.double(Double(number), wait: 1) }
                        if number % 3 == 0 { call.cancel() }
                        _ = await call.result
                    }
                    if number == 50 { group.addTask { client.close() } }
                }
            }
        }
    }
}
