import Foundation
import Logging
import SibylBroker
import SibylCore
import SibylInference
import SibylProtocol
import SibylTransport
import SibylWorker
import Testing

/// A worker of the echo plug-in, and a broker played by the test: frame by frame, over a real socket.
final class WorkerFixture {
    /// What is left of a bundle.
    private var unbundled: [[[UInt8]]] = []
    let worker: Worker
    private let socket: Socket
    private var peer: [UInt8] = []
    private let gate = UInt32.random(in: 1...UInt32.max)
    private var gatePath: String { "/tmp/sibyl-test-gate-\(gate)" }

    init(threads: Int = 1, drain: Instant.Span = .seconds(10), batching: BatchingDescription = .init()) throws {
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
        var models = try ModelManager([Fixture.source("echo")]).set
        models.entries[0].batching = batching
        worker = try Worker(configuration, models: models, in: context, logger: logger)
        let hello = try receive()
        #expect(hello.count == 1 && hello[0].first == UInt8(ascii: "H"))
        send([WorkerMessage.Welcome(heartbeatInterval: 100, livenessTimeout: 10_000).bytes])
    }

    deinit {
        openGate()
        worker.stop()
        worker.wait()
        unlink(gatePath)
        unlink(gatePath + "-reached")
    }

    /// An input that keeps its executor until `openGate()`.
    var held: String { #"{"gate": \#(gate)}"# }

    /// Lets `held` go on.
    func openGate() {
        close(open(gatePath, O_CREAT | O_WRONLY, 0o600))
    }

    /// Waits until an executor is held.
    func waitAtGate() {
        // Ten seconds at most, as the plug-in itself waits no longer.
        for _ in 0..<10_000 where access(gatePath + "-reached", F_OK) != 0 { usleep(1_000) }
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
        if !unbundled.isEmpty { return unbundled.removeFirst() }
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
            guard frames[1].first == WorkerMessage.Kind.bundle.rawValue else { return Array(frames.dropFirst()) }
            frames[1].withUnsafeBytes { bytes in
                var reader = BundleReader(bytes)
                while let message = reader.next() { unbundled.append([Array(message)]) }
            }
            return unbundled.removeFirst()
        }
        throw SibylError(.deadlineExceeded, "the worker sent nothing")
    }

    func dispatch(
        _ request: UInt64, _ envelope: String, _ payload: String, milliseconds: UInt64 = 10_000, isBatch: Bool = false,
        isBulk: Bool = false, joined: Bool = false
    ) {
        let first = Self.head(
            request, envelope, milliseconds: milliseconds, isBatch: isBatch, isBulk: isBulk, joined: joined)
        send(joined ? [first + Array(payload.utf8)] : [first, Array(payload.utf8)])
    }

    /// Sends several at once.
    func dispatchBundle(_ requests: [(UInt64, envelope: String, payload: String)]) {
        var bundle = MessageBundle()
        for (request, envelope, payload) in requests {
            let message = Self.head(request, envelope, joined: true) + Array(payload.utf8)
            bundle.append(byteCount: message.count) { $0.copyBytes(from: message) }
        }
        send([Array(bundle.frame)])
    }

    private static func head(
        _ request: UInt64, _ envelope: String, milliseconds: UInt64 = 10_000, isBatch: Bool = false,
        isBulk: Bool = false, joined: Bool
    ) -> [UInt8] {
        let header = WorkerMessage.Dispatch(
            request: request, model: 0, timeLeft: milliseconds * 1_000, queued: 5, attempt: 1,
            envelopeBytes: joined ? UInt16(envelope.utf8.count) : 0,
            flags: WorkerMessage.Flags(isTwoFrames: true, isBatch: isBatch, isBulk: isBulk))
        var bytes = [UInt8](repeating: 0, count: WorkerMessage.Dispatch.byteCount)
        bytes.withUnsafeMutableBytes { header.write(to: $0) }
        return bytes + Array(envelope.utf8)
    }

    struct Answered {
        var header: WorkerMessage.Answer
        var envelope: String
        var payload: String
        var isJoined: Bool
    }

    func answer() throws -> Answered {
        let frames = try receive()
        try #require(frames.count <= 2, "\(frames)")
        let header = try #require(frames[0].withUnsafeBytes { WorkerMessage.Answer(reading: $0) })
        let isJoined = frames.count == 1
        let rest = frames[0].dropFirst(WorkerMessage.Answer.byteCount)
        let length = isJoined ? Int(header.envelopeBytes) : rest.count
        return Answered(
            header: header, envelope: String(decoding: rest.prefix(length), as: UTF8.self),
            payload: String(decoding: isJoined ? Array(rest.dropFirst(length)) : frames[1], as: UTF8.self),
            isJoined: isJoined)
    }
}
