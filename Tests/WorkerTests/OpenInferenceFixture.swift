import Foundation
import Logging
import SibylBroker
import SibylCore
import SibylModel
import SibylProtocol
import SibylTransport
import SibylWorker
import Testing

/// Multiplies, and says which is which; fails on 13.
struct Multiplier: MLModel {
    struct Input: Codable, Sendable {
        var left: Double
        var right: Int64
        var name: String?
        enum CodingKeys: String, CodingKey { case left, right, name }
    }
    struct Output: Codable, Sendable {
        var product: Double
        var label: String
        enum CodingKeys: String, CodingKey { case product, label }
    }
    struct BadLuck: Error {}

    static let displayName = "Multiplier"
    static let qualifiedName = "multiplier"
    static let description = "Multiplies."
    static let version: SemanticVersion = "1.0.0"
    static let inputSchema = JSONSchema.object(keyedBy: Input.CodingKeys.self) {
        Property(.left, .number())
        Property(.right, .integer(minimum: 0))
        Property(.name, .string(), isOptional: true)
    }
    static let outputSchema = JSONSchema.object(keyedBy: Output.CodingKeys.self) {
        Property(.product, .number())
        Property(.label, .string())
    }

    init(configuration: ModelConfiguration) {}

    func predict(_ input: Input) throws -> Output {
        if input.left == 13 { throw BadLuck() }
        return Output(product: input.left * Double(input.right), label: input.name ?? "nobody")
    }
}

/// A broker and a worker of the multiplier, and a client that speaks to them frame by frame.
final class ServedMultiplier {
    private let broker: Broker
    private let worker: Worker
    private let socket: Socket

    init() throws {
        let context = Context()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let joined = DispatchSemaphore(value: 0)
        let endpoints = BrokerConfiguration(frontend: "tcp://127.0.0.1:0", backend: "tcp://127.0.0.1:0")
        broker = try Broker(endpoints, in: context, logger: logger) { note in
            if case .workerJoined = note { joined.signal() }
        }
        worker = try Worker(
            WorkerConfiguration(brokers: [broker.backend]), models: ModelManager([.type(Multiplier.self)]).set,
            in: context,
            logger: logger)
        socket = try Socket(.dealer, in: context)
        try socket.connect(broker.frontend)
        // Far beyond what it takes: a test that waits so long has failed.
        _ = joined.wait(timeout: .now() + 10)
    }

    deinit {
        worker.stop()
        worker.wait()
        broker.stop()
        broker.wait()
    }

    struct Reply {
        var envelope: JSONValue
        /// The second frame; nil for one frame.
        var payload: [UInt8]?

        var code: String? { envelope["error"]?["code"]?.string }
        var message: String { envelope["error"]?["message"]?.string ?? "" }
        var text: String? { payload.map { String(decoding: $0, as: UTF8.self) } }
    }

    /// - Parameter fields: of the envelope, besides the operation and the model.
    func predict(_ fields: JSONObject, payload: [UInt8]? = nil) throws -> Reply {
        var envelope: JSONObject = ["op": "predict", "id": 1, "model": "multiplier"]
        for (key, value) in fields { envelope[key] = value }
        _ = socket.send(Message(try JSONValue.object(envelope).bytes()), more: payload != nil)
        if let payload { _ = socket.send(Message(payload)) }
        return try receive()
    }

    private func receive() throws -> Reply {
        var poller = Poller()
        poller.add(socket)
        var frame = Message()
        var frames: [[UInt8]] = []
        // Nothing on this machine takes so long; a test that waits for it has failed.
        let end = MonotonicClock.nanoseconds() + 10_000_000_000
        while MonotonicClock.nanoseconds() < end {
            poller.wait(nanoseconds: end - MonotonicClock.nanoseconds())
            while let more = socket.receive(&frame) {
                frames.append(frame.bytes)
                if more { continue }
                try #require(frames.count <= 2)
                let envelope = try JSONValue(parsing: frames[0])
                return Reply(envelope: envelope, payload: frames.count == 2 ? frames[1] : nil)
            }
        }
        throw SibylError(.deadlineExceeded, "no reply came")
    }
}
