import Foundation
import Logging
import SibylBroker
import SibylClient
import SibylCore
import SibylModel
import SibylWorker
import Synchronization

/// Doubles a number; fails on 13 and waits for as many milliseconds as it is told.
struct Doubler: MLModel {
    struct Input: Codable, Sendable {
        var number: Double
        var wait: Double?
        enum CodingKeys: String, CodingKey { case number, wait }
    }
    struct Output: Codable, Sendable, Equatable {
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

/// Brokers with a worker each, at endpoints of the test's own that survive a restart.
final class Servers: Sendable {
    private struct Running: Sendable {
        let broker: Broker
        let worker: Worker
    }

    private let folder: URL
    private let running = Mutex<[String: Running]>([:])

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "sibyl-client-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        for name in running.withLock({ Array($0.keys) }) { stop(name) }
        try? FileManager.default.removeItem(at: folder)
    }

    func endpoint(_ name: String) -> String { "ipc://\(folder.path)/\(name)" }

    func start(_ name: String) throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        var configuration = BrokerConfiguration(frontend: endpoint(name), backend: endpoint(name + "-backend"))
        configuration.limits.heartbeatInterval = .milliseconds(100)
        let joined = DispatchSemaphore(value: 0)
        let broker = try Broker(configuration, logger: logger) { note in
            if case .workerJoined = note { joined.signal() }
        }
        let models = try ModelManager([.type(Doubler.self)])
        let worker = try Worker(WorkerConfiguration(brokers: [broker.backend]), models: models, logger: logger)
        // Far beyond what it takes: a test that waits so long has failed.
        _ = joined.wait(timeout: .now() + 10)
        running.withLock { $0[name] = Running(broker: broker, worker: worker) }
    }

    /// Ends a broker at once, as a kill would, and its worker.
    func stop(_ name: String) {
        guard let server = running.withLock({ $0.removeValue(forKey: name) }) else { return }
        server.broker.stop()
        server.broker.wait()
        server.worker.stop()
        server.worker.wait()
    }
}
