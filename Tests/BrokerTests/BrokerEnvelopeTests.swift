import SibylBroker
import SibylProtocol
import Testing

/// Bad input from clients: each gets its error, and the next request is served.
@Suite struct BrokerEnvelopeTests {
    static let cases: [(frames: [String], code: ErrorCode, says: String)] = [
        (["not json"], .malformedEnvelope, "not a JSON object"),
        (["{not json}"], .malformedEnvelope, "not JSON"),
        (["[1]"], .malformedEnvelope, "not a JSON object"),
        (["{}"], .malformedEnvelope, "'op'"),
        ([#"{"op": "fly"}"#], .unknownOperation, "fly"),
        ([#"{"op": 1}"#], .malformedEnvelope, "'op'"),
        ([#"{"op": "list", "v": 2}"#], .unsupportedVersion, "version 1"),
        ([#"{"op": "list", "v": "1"}"#], .malformedEnvelope, "'v'"),
        ([#"{"op": "list", "id": 1.5}"#], .malformedEnvelope, "'id'"),
        ([#"{"op": "list", "id": {}}"#], .malformedEnvelope, "'id'"),
        ([#"{"op": "list", "id": "\#(String(repeating: "x", count: 129))"}"#], .malformedEnvelope, "'id'"),
        ([#"{"op": "predict", "model": 7, "input": 1}"#], .malformedEnvelope, "'model'"),
        ([#"{"op": "predict", "input": 1}"#], .malformedEnvelope, "'model'"),
        ([#"{"op": "metadata"}"#], .malformedEnvelope, "'model'"),
        ([#"{"op": "predict", "model": "m"}"#], .malformedPayload, "'input'"),
        ([#"{"op": "predict", "model": "m", "input": 1}"#, "2"], .malformedEnvelope, "'input'"),
        ([#"{"op": "predict", "model": "m", "input": 1, "timeout_ms": 0}"#], .malformedEnvelope, "'timeout_ms'"),
        ([#"{"op": "predict", "model": "m", "input": 1, "timeout_ms": 1e9}"#], .malformedEnvelope, "'timeout_ms'"),
        ([#"{"op": "predict", "model": "m", "input": 1, "batch": "yes"}"#], .malformedEnvelope, "'batch'"),
        ([#"{"op": "predict", "model": "m", "input": 1, "priority": "high"}"#], .malformedEnvelope, "'priority'"),
        ([#"{"op": "predict", "model": "m", "input": NaN}"#], .malformedEnvelope, "not JSON"),
        ([#"{"op": "predict", "model": "m", "input": 1e999}"#], .malformedEnvelope, "beyond"),
        (["{\"op\": \"list\", \"x\": \(String(repeating: "[", count: 100))"], .malformedEnvelope, "nested"),
        ([#"{"op": "predict", "model": "nobody", "input": 1}"#], .modelNotFound, "nobody"),
        ([#"{"op": "predict", "model": "m", "version": "9", "input": 1}"#], .versionNotFound, "9"),
        ([#"{"op": "metadata", "model": "nobody"}"#], .modelNotFound, "nobody"),
        ([#"{"op": "cancel"}"#], .malformedEnvelope, "'id'"),
        (
            ["{\"op\": \"predict\", \"model\": \"m\", \"x\": \"\(String(repeating: "y", count: 65_536))\"}", "1"],
            .malformedEnvelope, "65536"
        ),
        (["a", "b", "c"], .malformedEnvelope, "3 frames"),
        (["a", "b", "c", "d", "e"], .malformedEnvelope, "5 frames"),
        ([""], .malformedEnvelope, "0 frames"),
    ]

    @Test(arguments: cases.indices)
    func badInputGetsItsErrorAndHarmsNothing(index: Int) throws {
        let (frames, code, says) = Self.cases[index]
        let fixture = try BrokerFixture()
        let worker = try fixture.worker()
        let client = try fixture.client()
        client.send(frames.map { Array($0.utf8) })
        let reply = try Reply(try client.receive())
        #expect(reply.code == code, "\(reply.text)")
        #expect(reply.message.contains(says), "\(reply.message)")
        let next = try client.ask(#"{"op": "list"}"#)
        #expect(next.code == nil)
        withExtendedLifetime(worker) {}
    }

    @Test func theIDIsEchoedAsItWasSentWhateverGoesWrong() throws {
        let fixture = try BrokerFixture()
        let client = try fixture.client()
        #expect(try client.ask(#"{"id": "a\u0041\"", "op": "fly"}"#).text.contains(#""id":"a\u0041\"""#))
        #expect(try client.ask(#"{"op": "fly", "id": -7}"#).text.contains(#""id":-7,"#))
        #expect(
            try client.ask(#"{"op": 5, "id": 123456789012345678901234567890}"#).text.contains("345678901234567890,"))
        #expect(try client.ask(#"{"op": "list"}"#).text.contains(#""id":null"#))
    }

    @Test func aMessageOverTheLimitIsRefusedWithItsID() throws {
        let fixture = try BrokerFixture { $0.messageBytes = 100_000 }
        let client = try fixture.client()
        client.send([Array(#"{"op": "predict", "model": "m", "id": 3}"#.utf8), [UInt8](repeating: 32, count: 150_000)])
        let reply = try Reply(try client.receive())
        #expect(reply.code == .payloadTooLarge)
        #expect(reply.envelope.id == 3)
    }
}
