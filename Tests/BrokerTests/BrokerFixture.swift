import Logging
import SibylBroker
import SibylCore
import SibylJSON
import SibylProtocol
import SibylTransport

/// A running broker, and peers that speak to it frame by frame.
final class BrokerFixture {
    let context = Context()
    let broker: Broker

    init(_ change: (inout BrokerConfiguration) -> Void = { _ in }) throws {
        var configuration = BrokerConfiguration(frontend: "tcp://127.0.0.1:0", backend: "tcp://127.0.0.1:0")
        configuration.limits.heartbeatInterval = .milliseconds(100)
        configuration.limits.settlingTime = .zero
        change(&configuration)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        broker = try Broker(configuration, in: context, logger: logger)
    }

    deinit {
        broker.stop()
        broker.wait()
    }

    func client(named name: String? = nil, isDeaf: Bool = false) throws -> Peer {
        try Peer(connectingTo: broker.frontend, in: context, named: name, isDeaf: isDeaf)
    }

    func worker(capacity: UInt32 = 4, models: [WorkerAnnouncement.Model]? = nil) throws -> Peer {
        let peer = try Peer(connectingTo: broker.backend, in: context)
        let models = models ?? [WorkerAnnouncement.Model(name: "m", version: "1.0.0", displayName: "M")]
        peer.send([WorkerAnnouncement(name: "fake", capacity: capacity, models: models).helloBytes()])
        // The welcome: from now on the broker hands out work.
        _ = try peer.receive()
        return peer
    }
}

/// A DEALER that sends and receives whole messages.
final class Peer {
    private let socket: Socket
    /// What is left of a bundle.
    private var unbundled: [[[UInt8]]] = []
    private(set) var bundles = 0
    /// Nothing on this machine takes so long; a test that waits for it has failed.
    private static let patience: Int64 = 10_000_000_000

    /// - Parameters:
    ///   - name: a routing id of the peer's own.
    ///   - isDeaf: its socket reads no message ahead of it.
    init(
        connectingTo endpoint: String, in context: Context, named name: String? = nil, isDeaf: Bool = false
    ) throws {
        var options = SocketOptions()
        options.routingID = name
        socket = try Socket(.dealer, in: context, options: options)
        // ZMQ_RCVHWM alone: what it sends has all the room it needs.
        if isDeaf { try socket.set(24, Int32(1)) }
        try socket.connect(endpoint)
    }

    struct TimedOut: Error {}

    func send(_ frames: [[UInt8]]) {
        for (index, frame) in frames.enumerated() { _ = socket.send(Message(frame), more: index < frames.count - 1) }
    }

    func send(_ frames: String...) { send(frames.map { Array($0.utf8) }) }

    /// The next message, pings answered and passed over.
    func receive() throws -> [[UInt8]] {
        var poller = Poller()
        poller.add(socket)
        let end = MonotonicClock.nanoseconds() + Self.patience
        while MonotonicClock.nanoseconds() < end {
            if unbundled.isEmpty { poller.wait(nanoseconds: end - MonotonicClock.nanoseconds()) }
            guard let frames = next() else { continue }
            if frames == [WorkerMessage.bytes(.ping)] {
                send([WorkerMessage.bytes(.pong)])
                continue
            }
            return frames
        }
        throw TimedOut()
    }

    private func next() -> [[UInt8]]? {
        if !unbundled.isEmpty { return unbundled.removeFirst() }
        var frames: [[UInt8]] = []
        var frame = Message()
        while let more = socket.receive(&frame) {
            frames.append(frame.bytes)
            if !more { break }
        }
        guard let first = frames.first else { return nil }
        guard first.first == WorkerMessage.Kind.bundle.rawValue else { return frames }
        bundles += 1
        first.withUnsafeBytes { bytes in
            var reader = BundleReader(bytes)
            while let message = reader.next() { unbundled.append([Array(message)]) }
        }
        return unbundled.isEmpty ? nil : unbundled.removeFirst()
    }

    /// The reply to a request of these frames.
    func ask(_ frames: String...) throws -> Reply {
        send(frames.map { Array($0.utf8) })
        return try Reply(try receive())
    }
}

/// A reply, read as a client would.
struct Reply {
    let frames: [[UInt8]]
    let envelope: ReplyEnvelope
    var text: String { String(decoding: frames[frames[0].isEmpty ? 1 : 0], as: UTF8.self) }
    var code: ErrorCode? { envelope.error?.code }
    var message: String { envelope.error?.message ?? "" }
    var payload: String { frames.count > 1 ? String(decoding: frames[frames.count - 1], as: UTF8.self) : "" }

    init(_ frames: [[UInt8]]) throws {
        self.frames = frames
        envelope = try frames[frames[0].isEmpty ? 1 : 0].withUnsafeBytes { try ReplyEnvelope(parsing: $0) }
    }
}

/// A dispatch as a worker gets it.
struct Dispatched {
    let header: WorkerMessage.Dispatch
    let envelope: String
    let payload: String
    let isJoined: Bool

    init?(_ frames: [[UInt8]]) {
        guard frames.count <= 2, let header = frames[0].withUnsafeBytes({ WorkerMessage.Dispatch(reading: $0) }) else {
            return nil
        }
        self.header = header
        isJoined = frames.count == 1
        let rest = frames[0].dropFirst(WorkerMessage.Dispatch.byteCount)
        let length = isJoined ? Int(header.envelopeBytes) : rest.count
        envelope = String(decoding: rest.prefix(length), as: UTF8.self)
        payload = String(decoding: isJoined ? Array(rest.dropFirst(length)) : frames[1], as: UTF8.self)
    }

    /// The frames of an answer with this envelope and payload, or with this one reply.
    ///
    /// - Parameter claimed: how long a joined one says that its envelope is; nil for the truth.
    func answer(_ envelope: String, _ payload: String, joined: Bool = false, claimed: UInt32? = nil) -> [[UInt8]] {
        let isTwoFrames = header.flags.contains(.twoFrames)
        let (head, body) = isTwoFrames ? (envelope, payload) : ("", envelope)
        let answer = WorkerMessage.Answer(
            request: header.request, queued: 0, computed: 0, items: 1,
            envelopeBytes: claimed ?? (joined ? UInt32(head.utf8.count) : 0), flags: isTwoFrames ? .twoFrames : [])
        var first = [UInt8](repeating: 0, count: WorkerMessage.Answer.byteCount)
        first.withUnsafeMutableBytes { answer.write(to: $0) }
        first += Array(head.utf8)
        return joined ? [first + Array(body.utf8)] : [first, Array(body.utf8)]
    }
}
