import Foundation
import Logging
import ServiceLifecycle
import SibylBroker
import SibylClient
import SibylCore
import SibylModel
import SibylWorker

@testable import SibylGateway

/// Doubles a number; fails on 13 and waits for as many milliseconds as it is told.
struct Doubler: MLModel {
    struct Input: Codable, Sendable {
        var number: Double
        var wait: Double?
        enum CodingKeys: String, CodingKey { case number, wait }
    }
    struct Output: Codable, Sendable {
        var double: Double
        enum CodingKeys: String, CodingKey { case double }
    }
    struct BadLuck: Error {}

    static let displayName = "Doubler"
    static let qualifiedName = "doubler"
    static let description = "Doubles a number."
    static let version: SemanticVersion = "1.2.3"
    static let inputSchema = JSONSchema.object(keyedBy: Input.CodingKeys.self) {
        Property(.number, .number(maximum: 1_000_000))
        Property(.wait, .number(minimum: 0), isOptional: true)
    }
    static let outputSchema = JSONSchema.object(keyedBy: Output.CodingKeys.self) { Property(.double, .number()) }

    init(configuration: ModelConfiguration) {}

    func predict(_ input: Input) throws -> Output {
        if input.number == 13 { throw BadLuck() }
        if let wait = input.wait { usleep(UInt32(wait * 1_000)) }
        return Output(double: 2 * input.number)
    }
}

/// A gateway on a free port before a broker with one worker, all in this process.
final class GatewayFixture: Sendable {
    let port: Int
    /// Asks the same broker beside the gateway.
    let client: SibylClient
    private let folder: URL
    private let broker: Broker
    private let worker: Worker
    private let running: ServiceGroup

    init(_ change: (inout GatewayConfiguration) -> Void = { _ in }) async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        folder = FileManager.default.temporaryDirectory.appending(path: "sibyl-http-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let joined = AsyncStream<Void>.makeStream()
        let configuration = BrokerConfiguration(
            frontend: "ipc://\(folder.path)/frontend", backend: "ipc://\(folder.path)/backend")
        broker = try Broker(configuration, logger: logger) { note in
            if case .workerJoined = note { joined.continuation.finish() }
        }
        worker = try Worker(
            WorkerConfiguration(brokers: [broker.backend]), models: try ModelManager([.type(Doubler.self)]).set,
            logger: logger)
        for await _ in joined.stream {}
        client = try SibylClient(broker.frontend)
        var settings = GatewayConfiguration()
        settings.port = 0
        settings.endpoints = [broker.frontend]
        change(&settings)
        let gateway = try Gateway(settings, logger: logger)
        let ports = AsyncStream<Int>.makeStream()
        let running = ServiceGroup(services: [Running(gateway: gateway, ports: ports.continuation)], logger: logger)
        Task { try await running.run() }
        self.running = running
        var listening = 0
        for await port in ports.stream {
            listening = port
            break
        }
        port = listening
    }

    deinit {
        // As a signal would: to cancel it would cut it off.
        Task { [running] in await running.triggerGracefulShutdown() }
        client.close()
        broker.stop()
        broker.wait()
        worker.stop()
        worker.wait()
        try? FileManager.default.removeItem(at: folder)
    }

    private struct Running: Service {
        let gateway: Gateway
        let ports: AsyncStream<Int>.Continuation

        func run() async throws {
            defer { ports.finish() }
            try await gateway.run(obeysSignals: false) { ports.yield($0) }
        }
    }

    /// What comes back for what is sent, up to the close of the connection, which the last request should ask for.
    func exchange(_ text: String) async throws -> String {
        try await connected { connection in
            connection.send(text)
            return connection.readToEnd() ?? "no end"
        }
    }

    /// On a thread of its own, since it blocks, which the threads that the gateway runs on may not.
    func connected<Value: Sendable>(_ body: @escaping @Sendable (RawConnection) throws -> Value) async throws -> Value {
        let port = port
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try body(try RawConnection(port: port)) }) }
        }
    }

    func post(_ path: String, _ body: String, _ headers: [String] = []) async throws -> String {
        try await exchange(Self.request("POST", path, body, headers + ["Connection: close"]))
    }

    func get(_ path: String, _ headers: [String] = []) async throws -> String {
        try await exchange(Self.request("GET", path, "", headers + ["Connection: close"]))
    }

    static func request(_ method: String, _ path: String, _ body: String = "", _ headers: [String] = []) -> String {
        let lines = ["\(method) \(path) HTTP/1.1", "Host: test", "Content-Length: \(body.utf8.count)"] + headers
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
    }
}
