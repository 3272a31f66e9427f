import Foundation
import SibylProtocol
import SibylWorker
import Testing

@Suite struct WorkerServingTests {
    private static let envelope = #"{"op":"predict","model":"echo","id":"x"}"#

    @Test func answersInTheShapeOfTheRequest() throws {
        let fixture = try WorkerFixture()
        fixture.dispatch(1, Self.envelope, "[1, 2]")
        let answer = try fixture.answer()
        #expect(answer.header.request == 1 && answer.header.failure == nil && answer.header.items == 1)
        #expect(answer.payload == "[1, 2]")
        #expect(
            answer.envelope.hasPrefix(#"{"v":1,"id":"x","status":"ok","model":"echo","version":"1.0.0","worker":"w""#))
    }

    /// A short output is joined to its header, a long one goes by itself, however the request came.
    @Test(arguments: [1, 5_000], [true, false])
    func shortOutputsAreJoined(_ count: Int, _ isRequestJoined: Bool) throws {
        let fixture = try WorkerFixture()
        let payload = "\"" + String(repeating: "p", count: count) + "\""
        fixture.dispatch(1, Self.envelope, payload, joined: isRequestJoined)
        let answer = try fixture.answer()
        #expect(answer.isJoined == (count == 1) && answer.payload == payload)
        #expect(answer.envelope.hasPrefix(#"{"v":1,"id":"x","status":"ok""#))
    }

    @Test func aBundleOfRequestsIsAnsweredOneByOne() throws {
        let fixture = try WorkerFixture()
        fixture.dispatchBundle((1...8).map { ($0, Self.envelope, "\($0)") })
        var answered: [UInt64: String] = [:]
        for _ in 1...8 {
            let answer = try fixture.answer()
            answered[answer.header.request] = answer.payload
        }
        #expect(answered == Dictionary(uniqueKeysWithValues: (1...8).map { (UInt64($0), "\($0)") }))
    }

    @Test func anErrorIsOneWholeReply() throws {
        let fixture = try WorkerFixture()
        fixture.dispatch(1, Self.envelope, "[1, 2")
        let answer = try fixture.answer()
        #expect(answer.header.failure == .malformedPayload && answer.envelope.isEmpty)
        #expect(answer.payload.hasPrefix(#"{"v":1,"id":"x","status":"error","error":{"code":"malformed_payload""#))
    }

    @Test func aBatchGivesNullForAnItemThatFails() throws {
        let fixture = try WorkerFixture()
        fixture.dispatch(1, Self.envelope, #"[1, {"fail": 1}, "a"]"#, isBatch: true)
        let answer = try fixture.answer()
        #expect(answer.payload == #"[1,null,"a"]"#)
        #expect(answer.envelope.contains(#""errors":[{"index":1,"code":"prediction_failed","message":"as you wish"}]"#))
        fixture.dispatch(2, Self.envelope, "{}", isBatch: true)
        #expect(try fixture.answer().header.failure == .invalidInput)
        fixture.dispatch(3, Self.envelope, "[1,", isBatch: true)
        #expect(try fixture.answer().header.failure == .malformedPayload)
        fixture.dispatch(4, Self.envelope, "[]", isBatch: true)
        #expect(try fixture.answer().payload == "[]")
    }

    /// The errors of a batch stand in the reply's envelope: one that they make long is not joined, however short the output.
    @Test(arguments: [60_000, 70_000])
    func aLongEnvelopeTravelsByItself(_ count: Int) throws {
        let fixture = try WorkerFixture()
        fixture.dispatch(1, Self.envelope, #"[{"fail_bytes": \#(count)}]"#, isBatch: true)
        let answer = try fixture.answer()
        #expect(answer.isJoined == (count < 65_536) && answer.payload == "[null]")
        #expect(answer.envelope.contains(String(repeating: "m", count: count)))
    }

    @Test func whatExpiredWaitingIsNotComputed() throws {
        let fixture = try WorkerFixture()
        fixture.dispatch(1, Self.envelope, fixture.held)
        fixture.dispatch(2, Self.envelope, #"{"crash": 1}"#, milliseconds: 1)
        try fixture.settle()
        fixture.dispatch(3, Self.envelope, "3", milliseconds: 0)
        let late = try fixture.answer()
        #expect(late.header.request == 3 && late.header.failure == .deadlineExceeded)
        usleep(2_000)
        fixture.openGate()
        var answers: [UInt64: ErrorCode?] = [:]
        for _ in 1...2 {
            let answer = try fixture.answer()
            answers[answer.header.request] = answer.header.failure
        }
        #expect(answers == [1: nil, 2: .deadlineExceeded])
    }

    @Test func aCancelTakesOutWhatWaits() throws {
        let fixture = try WorkerFixture()
        fixture.dispatch(1, Self.envelope, fixture.held)
        fixture.dispatch(2, Self.envelope, #"{"crash": 1}"#)
        fixture.send([WorkerMessage.bytes(.cancel, request: 2)])
        let cancelled = try fixture.answer()
        #expect(cancelled.header.request == 2 && cancelled.header.failure == .cancelled)
        fixture.openGate()
        #expect(try fixture.answer().header.request == 1)
    }

    @Test func moreThanTheCapacityIsRefused() throws {
        let fixture = try WorkerFixture()
        fixture.dispatch(1, Self.envelope, fixture.held)
        for request in 2...9 { fixture.dispatch(UInt64(request), Self.envelope, "0") }
        let refused = try fixture.receive()
        #expect(refused[0].withUnsafeBytes { WorkerMessage.request(of: $0) } == 9)
        fixture.openGate()
        for _ in 1...8 { _ = try fixture.answer() }
    }

    @Test func aDrainAnswersWhatWasAcceptedAndSaysGoodbye() throws {
        let fixture = try WorkerFixture()
        fixture.dispatch(1, Self.envelope, fixture.held)
        fixture.dispatch(2, Self.envelope, "2")
        try fixture.settle()
        fixture.worker.drain()
        #expect(try fixture.receive()[0].first == UInt8(ascii: "Q"))
        fixture.dispatch(3, Self.envelope, "3")
        let refused = try fixture.receive()
        #expect(refused[0].first == UInt8(ascii: "N"))
        fixture.openGate()
        #expect(try fixture.answer().header.request == 1)
        #expect(try fixture.answer().payload == "2")
        #expect(try fixture.receive()[0].first == UInt8(ascii: "G"))
        fixture.worker.wait()
    }

    @Test func aPongTellsTheProcessesMemory() throws {
        let fixture = try WorkerFixture()
        fixture.send([WorkerMessage.bytes(.ping)])
        let frames = try fixture.receive()
        let pong = try #require(frames[0].withUnsafeBytes { WorkerMessage.Pong(reading: $0) })
        let told = try #require(pong.residentBytes)
        // The kernel's own words, some moments later: a process grows, but not to twice its size meanwhile.
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        let resident = try #require(
            line.split(separator: " ").dropFirst().first.flatMap { UInt64($0.trimmingCharacters(in: .whitespaces)) })
        #expect(told > resident * 512 && told < resident * 2_048)
    }

    @Test func aForgottenWorkerIntroducesItself() throws {
        let fixture = try WorkerFixture()
        fixture.send([WorkerMessage.bytes(.introduce)])
        #expect(try fixture.receive()[0].first == UInt8(ascii: "H"))
    }
}
