import Foundation
import Logging
import SibylBroker
import SibylCore
import SibylProtocol
import SibylTransport
import SibylWorker
import Testing

/// A worker of the echo plug-in, and a broker played by the test: frame by frame, over a real socket.
private final class WorkerFixture {
    let worker: Worker
    private let socket: Socket
    private var peer: [UInt8] = []
    private let gate = UInt32.random(in: 1...UInt32.max)
    private var gatePath: String { "/tmp/sibyl-test-gate-\(gate)" }

    init(threads: Int = 1, drain: Instant.Span = .seconds(10)) throws {
        let context = Context()
        socket = try Socket(.router, in: context)
        try socket.bind("tcp://127.0.0.1:*")
        var configuration = WorkerConfiguration(brokers: [socket.lastEndpoint])
        configuration.name = "w"
        configuration.threads = threads
        configuration.limits.capacity = 8
        configuration.limits.drainTimeout = drain
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        worker = try Worker(
            configuration, models: try ModelManager([Fixture.source("echo")]), in: context, logger: logger)
        let hello = try receive()
        #expect(hello.count == 1 && hello[0].first == UInt8(ascii: "H"))
        send([WorkerMessage.Welcome(heartbeatInterval: 100, livenessTimeout: 10_000).bytes])
    }

    deinit {
        openGate()
        worker.stop()
        worker.wait()
        unlink(gatePath)
    }

    /// An input that keeps its executor until `openGate()`.
    var held: String { #"{"gate": \#(gate)}"# }

    /// Lets `held` go on.
    func openGate() {
        close(open(gatePath, O_CREAT | O_WRONLY, 0o600))
    }

    /// Returns once the worker has taken all that was sent: its pong comes behind that.
    func settle() throws {
        send([WorkerMessage.bytes(.ping)])
        #expect(try receive()[0].first == UInt8(ascii: "O"))
    }

    func send(_ frames: [[UInt8]]) {
        _ = socket.send(Message(peer), more: true)
        for (index, frame) in frames.enumerated() { _ = socket.send(Message(frame), more: index < frames.count - 1) }
    }

    /// The next message of the worker, without its address.
    func receive() throws -> [[UInt8]] {
        var poller = Poller()
        poller.add(socket)
        var frame = Message()
        // Nothing on this machine takes so long; a test that waits for it has failed.
        let end = MonotonicClock.nanoseconds() + 10_000_000_000
        while MonotonicClock.nanoseconds() < end {
            poller.wait(nanoseconds: end - MonotonicClock.nanoseconds())
            var frames: [[UInt8]] = []
            while let more = socket.receive(&frame) {
                frames.append(frame.bytes)
                if !more { break }
            }
            guard let address = frames.first else { continue }
            peer = address
            return Array(frames.dropFirst())
        }
        throw SibylError(.deadlineExceeded, "the worker sent nothing")
    }

    func dispatch(
        _ request: UInt64, _ envelope: String, _ payload: String, milliseconds: UInt64 = 10_000, isBatch: Bool = false
    ) {
        let header = WorkerMessage.Dispatch(
            request: request, model: 0, timeLeft: milliseconds * 1_000, queued: 5, attempt: 1,
            flags: WorkerMessage.Flags(isTwoFrames: true, isBatch: isBatch))
        var bytes = [UInt8](repeating: 0, count: WorkerMessage.Dispatch.byteCount)
        bytes.withUnsafeMutableBytes { header.write(to: $0) }
        send([bytes + Array(envelope.utf8), Array(payload.utf8)])
    }

    struct Answered {
        var header: WorkerMessage.Answer
        var envelope: String
        var payload: String
    }

    func answer() throws -> Answered {
        let frames = try receive()
        try #require(frames.count == 2, "\(frames)")
        let header = try #require(frames[0].withUnsafeBytes { WorkerMessage.Answer(reading: $0) })
        return Answered(
            header: header, envelope: String(decoding: frames[0].dropFirst(32), as: UTF8.self),
            payload: String(decoding: frames[1], as: UTF8.self))
    }
}

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

    @Test func aForgottenWorkerIntroducesItself() throws {
        let fixture = try WorkerFixture()
        fixture.send([WorkerMessage.bytes(.introduce)])
        #expect(try fixture.receive()[0].first == UInt8(ascii: "H"))
    }
}
