import Foundation
import Logging
import SibylBroker
import SibylClient
import SibylCore
import SibylModel
import SibylWorker
import Synchronization
import Testing

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
        var workerConfiguration = WorkerConfiguration(brokers: [broker.backend])
        workerConfiguration.name = name
        let worker = try Worker(workerConfiguration, models: models.set, logger: logger)
        // Far beyond what it takes: a test that waits so long has failed.
        _ = joined.wait(timeout: .now() + 10)
        running.withLock { $0[name] = Running(broker: broker, worker: worker) }
    }

    /// Has a broker take nothing new; it ends once it has answered what it holds.
    func drain(_ name: String) {
        running.withLock { $0[name]?.broker.drain() }
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

extension Servers {
    func client(_ names: String..., timeout: Duration = .seconds(10)) throws -> SibylClient {
        var configuration = ClientConfiguration(endpoints: names.map(endpoint))
        configuration.timeout = timeout
        return try SibylClient(configuration)
    }

    /// Waits until the server that the client asks has a request at its worker.
    func waitForFlight(to client: SibylClient) async throws {
        // It takes a few turns; the bound is for a test that fails.
        for _ in 0..<10_000 {
            if try await client.stats()["in_flight"] == 1 { return }
        }
    }
}

extension SibylClient {
    func double(_ number: Double, wait: Double? = nil) async throws -> Double {
        let output = try await predict("doubler", Doubler.Input(number: number, wait: wait), as: Doubler.Output.self)
        return output.double
    }

    /// Waits until the connection to that one's server is there.
    func waitForWorker(_ name: String) async throws {
        // A connection takes some moments; nothing takes so many.
        for _ in 0..<10_000 {
            if try await worker() == name { return }
        }
        Issue.record("\(name) never answers")
    }

    /// Whose worker answers.
    func worker() async throws -> String {
        try await predictRaw("doubler", payload: Array(#"{"number": 1}"#.utf8)).worker
    }
}
