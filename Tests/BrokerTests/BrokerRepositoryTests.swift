import SibylBroker
import SibylCore
import SibylProtocol
import Testing

/// Operators' wishes, passed on to workers.
@Suite struct BrokerRepositoryTests {
    private func wish(_ worker: Peer) throws -> String {
        let frames = try worker.receive()
        #expect(frames.count == 1 && frames[0].prefix(2) == [0x52, 1])
        return String(decoding: frames[0].dropFirst(4), as: UTF8.self)
    }

    @Test func everyWorkerIsToldAndUnloadsAreToldToThoseWhoCome() throws {
        let fixture = try BrokerFixture()
        let workers = [try fixture.worker(), try fixture.worker()]
        let client = try fixture.client()
        let unload = #"{"op":"repository","action":"unload","model":"m","version":"1.0.0"}"#
        #expect(try client.ask(unload).text.contains(#""output":{"workers":2}"#))
        for worker in workers { #expect(try wish(worker) == #"{"action":"unload","model":"m","version":"1.0.0"}"#) }
        // Its welcome first, which the fixture has read.
        let late = try fixture.worker()
        #expect(try wish(late) == #"{"action":"unload","model":"m","version":"1.0.0"}"#)
        #expect(try client.ask(#"{"op":"repository","action":"load","model":"m"}"#).text.contains(#""workers":3"#))
        let later = try fixture.worker()
        client.send(#"{"op":"predict","model":"m","input":1}"#)
        // Nothing is unloaded any more: the first thing that one of them hears is the request.
        #expect(try wish(late) == #"{"action":"load","model":"m"}"#)
        _ = later
    }

    @Test(arguments: [
        (#"{"op":"repository","action":"load"}"#, ErrorCode.malformedEnvelope),
        (#"{"op":"repository","model":"m"}"#, .malformedEnvelope),
        (#"{"op":"repository","action":"burn","model":"m"}"#, .malformedEnvelope),
        (#"{"op":"repository","action":1,"model":"m"}"#, .malformedEnvelope),
    ])
    func whatIsNoWishIsRefused(_ envelope: String, _ code: ErrorCode) throws {
        let fixture = try BrokerFixture()
        #expect(try fixture.client().ask(envelope).code == code)
    }

    @Test func aServerMayRefuse() throws {
        let fixture = try BrokerFixture { $0.allowsRepository = false }
        let reply = try fixture.client().ask(#"{"op":"repository","action":"load","model":"m","id":3}"#)
        #expect(reply.code == .forbidden && reply.text.contains(#""id":3"#))
    }
}
