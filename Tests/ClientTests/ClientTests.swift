import SibylClient
import Testing

@Suite struct ClientTests {
    private func client(_ servers: Servers, _ names: String..., timeout: Duration = .seconds(10)) throws -> SibylClient
    {
        var configuration = ClientConfiguration(endpoints: names.map(servers.endpoint))
        configuration.timeout = timeout
        return try SibylClient(configuration)
    }

    private func ask(_ client: SibylClient, _ number: Double, wait: Double? = nil) async throws -> Double {
        let output = try await client.predict(
            "doubler", Doubler.Input(number: number, wait: wait), as: Doubler.Output.self)
        return output.double
    }

    @Test func listsAndDescribes() async throws {
        let servers = try Servers()
        try servers.start("a")
        let client = try client(servers, "a")
        let models = try await client.list()
        #expect(models.map(\.qualifiedName) == ["doubler"] && models[0].versions == ["1.2.3"])
        let model = try await client.metadata("doubler", version: "1")
        #expect(model.inputSchema["properties"]?["number"]?["maximum"] == 1_000_000)
        #expect(try await client.health().status == "ready")
        #expect(try await client.stats()["workers"]?.array?.count == 1)
    }

    @Test func predictsTypedAndRaw() async throws {
        let servers = try Servers()
        try servers.start("a")
        let client = try client(servers, "a")
        #expect(try await ask(client, 21) == 42)
        let raw = try await client.predictRaw("doubler", payload: Array(#"{"number": 4}"#.utf8))
        #expect(String(decoding: raw.payload, as: UTF8.self) == #"{"double":8.0}"#)
        #expect(raw.model == "doubler" && raw.version == "1.2.3" && raw.timing.batchSize == 1)
    }

    @Test func aBatchAnswersEachItem() async throws {
        let servers = try Servers()
        try servers.start("a")
        let client = try client(servers, "a")
        let inputs = [1, 13, 3, 2_000_000].map { Doubler.Input(number: $0) }
        let results = try await client.predict("doubler", batch: inputs, as: Doubler.Output.self)
        #expect(results.count == 4)
        #expect(try results[0].get().double == 2 && results[2].get().double == 6)
        let failed = #expect(throws: ItemError.self) { try results[1].get() }
        #expect(failed?.error.code == .predictionFailed && failed?.index == 1)
        let invalid = #expect(throws: ItemError.self) { try results[3].get() }
        #expect(invalid?.error.code == .invalidInput && invalid?.error.details.first?.path == "/number")
    }

    @Test func errorsOfTheServerKeepCodeAndDetails() async throws {
        let servers = try Servers()
        try servers.start("a")
        let client = try client(servers, "a")
        let unknown = await #expect(throws: SibylError.self) { try await client.metadata("nobody") }
        #expect(unknown?.code == .modelNotFound)
        let invalid = await #expect(throws: SibylError.self) {
            try await client.predictRaw("doubler", payload: Array(#"{"wait": -1}"#.utf8))
        }
        #expect(invalid?.code == .invalidInput && invalid?.details.map(\.path) == ["/wait", "/number"])
        let failed = await #expect(throws: SibylError.self) { try await ask(client, 13) }
        #expect(failed?.code == .predictionFailed)
        let late = await #expect(throws: SibylError.self) {
            try await client.predict(
                "doubler", Doubler.Input(number: 1, wait: 1_000), as: Doubler.Output.self,
                options: CallOptions(timeout: .milliseconds(50)))
        }
        #expect(late?.code == .deadlineExceeded)
    }

    @Test func everyTaskGetsItsOwnAnswer() async throws {
        let servers = try Servers()
        try servers.start("a")
        let client = try client(servers, "a")
        let wrong = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<1_000 {
                group.addTask {
                    try await ask(client, Double(number == 13 ? 14 : number)) != Double(number == 13 ? 28 : 2 * number)
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(wrong == 0)
    }

    @Test func cancellingATaskEndsItsCall() async throws {
        let servers = try Servers()
        try servers.start("a")
        let client = try client(servers, "a")
        let task = Task { try await ask(client, 1, wait: 2_000) }
        // Whether it is cancelled before or after it was sent, it ends as cancelled.
        _ = try await client.health()
        task.cancel()
        let error = await #expect(throws: SibylError.self) { try await task.value }
        #expect(error?.code == .cancelled)
    }

    @Test func nobodyThereIsAnErrorThatNamesTheEndpoints() async throws {
        let servers = try Servers()
        let client = try client(servers, "x", "y", timeout: .milliseconds(150))
        let error = await #expect(throws: SibylError.self) { try await client.list() }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains(servers.endpoint("x")) == true)
        #expect(error?.message.contains(servers.endpoint("y")) == true)
    }

    @Test func anEndpointThatIsNoneIsRefused() {
        let error = #expect(throws: SibylError.self) { try SibylClient("nonsense") }
        #expect(error?.message.contains("nonsense") == true)
    }

    @Test func callsOutliveARestartOfTheServer() async throws {
        let servers = try Servers()
        try servers.start("a")
        let client = try client(servers, "a")
        #expect(try await ask(client, 1) == 2)
        let waiting = Task { try await ask(client, 2, wait: 500) }
        _ = try await client.health()
        servers.stop("a")
        let during = Task { try await ask(client, 3) }
        try servers.start("a")
        #expect(try await waiting.value == 4)
        #expect(try await during.value == 6)
    }

    @Test func anotherEndpointTakesOver() async throws {
        let servers = try Servers()
        try servers.start("a")
        try servers.start("b")
        let client = try client(servers, "a", "b")
        #expect(try await ask(client, 1) == 2)
        let waiting = Task { try await ask(client, 2, wait: 500) }
        _ = try await client.health()
        servers.stop("a")
        #expect(try await waiting.value == 4)
        #expect(try await ask(client, 3) == 6)
    }

    @Test func closingEndsWhatWaits() async throws {
        let servers = try Servers()
        let client = try client(servers, "nobody")
        let waiting = Task { try await client.list() }
        try await Task.sleep(for: .milliseconds(20))
        client.close()
        let error = await #expect(throws: SibylError.self) { try await waiting.value }
        #expect(error?.code == .cancelled)
        let later = await #expect(throws: SibylError.self) { try await client.list() }
        #expect(later?.code == .cancelled)
    }
}
