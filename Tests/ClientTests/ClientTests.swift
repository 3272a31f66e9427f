import SibylClient
import Testing

@Suite struct ClientTests {
    @Test func listsAndDescribes() async throws {
        let servers = try Servers()
        try servers.start("a")
        let client = try servers.client("a")
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
        let client = try servers.client("a")
        #expect(try await client.double(21) == 42)
        let raw = try await client.predictRaw("doubler", payload: Array(#"{"number": 4}"#.utf8))
        #expect(String(decoding: raw.payload, as: UTF8.self) == #"{"double":8.0}"#)
        #expect(raw.model == "doubler" && raw.version == "1.2.3" && raw.timing.batchSize == 1)
    }

    @Test func predictsPayloadsOfOtherKinds() async throws {
        let servers = try Servers()
        try servers.start("a")
        let client = try servers.client("a")
        let json =
            #"{"inputs":[{"name":"number","shape":[2],"datatype":"INT8","parameters":{"binary_data_size":2}}],"#
            + #""parameters":{"binary_data_output":true}}"#
        let raw = try await client.predictRaw(
            "doubler", payload: Array(json.utf8) + [3, 4], contentType: "application/vnd.open-inference+binary",
            jsonLength: json.utf8.count)
        #expect(raw.contentType == "application/vnd.open-inference+binary")
        let length = try #require(raw.jsonLength)
        let doubles = raw.payload.dropFirst(length).withUnsafeBytes { bytes in
            (0..<bytes.count / 8).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self) }
        }
        #expect(doubles == [6, 8])
        #expect(try await client.predictRaw("doubler", payload: Array(#"{"number": 4}"#.utf8)).jsonLength == nil)
    }

    @Test func aBatchAnswersEachItem() async throws {
        let servers = try Servers()
        try servers.start("a")
        let client = try servers.client("a")
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
        let client = try servers.client("a")
        let unknown = await #expect(throws: SibylError.self) { try await client.metadata("nobody") }
        #expect(unknown?.code == .modelNotFound)
        let invalid = await #expect(throws: SibylError.self) {
            try await client.predictRaw("doubler", payload: Array(#"{"wait": -1}"#.utf8))
        }
        #expect(invalid?.code == .invalidInput && invalid?.details.map(\.path) == ["/wait", "/number"])
        let failed = await #expect(throws: SibylError.self) { try await client.double(13) }
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
        let client = try servers.client("a")
        let wrong = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<1_000 {
                group.addTask {
                    try await client.double(Double(number == 13 ? 14 : number))
                        != Double(number == 13 ? 28 : 2 * number)
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(wrong == 0)
    }

    @Test func anEndpointThatIsNoneIsRefused() {
        let error = #expect(throws: SibylError.self) { try SibylClient("nonsense") }
        #expect(error?.message.contains("nonsense") == true)
    }
}
