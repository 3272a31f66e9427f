import Logging
import SibylBroker
import SibylClient
import SibylCore
import SibylInference
import SibylJSON
import SibylModel
import SibylProtocol
import SibylTransport
import Synchronization
import Testing

@testable import SibylWorker

/// Models come and go under load: a real broker, real workers, and clients that never fail.
@Suite struct ModelChangeTests {
    /// Answers with its version.
    struct Versioned: InferenceModel {
        var metadata: ModelMetadata
        var tensors: TensorSignature { TensorSignature(inputs: [], outputs: []) }

        init(_ version: SemanticVersion) {
            metadata = ModelMetadata(
                displayName: "V", qualifiedName: "v", description: "", version: version,
                inputSchema: JSONSchema(true), outputSchema: JSONSchema(["type": "string"]))
        }

        func predict(_ payloads: [Payload], into outcomes: inout PredictionOutcomes) {
            for _ in payloads { outcomes.append { $0.string(metadata.version.description) } }
        }
    }

    private final class Cluster {
        let context = Context()
        let broker: Broker
        var workers: [Worker] = []

        init(workers count: Int) throws {
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            var configuration = BrokerConfiguration(frontend: "tcp://127.0.0.1:0", backend: "tcp://127.0.0.1:0")
            configuration.limits.settlingTime = .milliseconds(200)
            broker = try Broker(configuration, in: context, logger: logger)
            for number in 0..<count {
                var worker = WorkerConfiguration(brokers: [broker.backend])
                worker.name = "w\(number)"
                workers.append(try Worker(worker, models: ModelSet(), in: context, logger: logger))
            }
        }

        /// Every worker serves these versions from now on, one worker after another.
        func serve(_ versions: [SemanticVersion]) {
            for worker in workers {
                worker.serve(ModelSet(versions.map { ModelSet.Entry(Versioned($0), generation: $0.minor) }))
            }
        }

        deinit {
            for worker in workers { worker.stop() }
            for worker in workers { worker.wait() }
            broker.stop()
            broker.wait()
        }
    }

    /// 20,000 requests while a version is replaced by the next, again and again: none fails, and none is answered by a version
    /// that was not served between its question and its answer.
    @Test func noRequestFailsWhileVersionsReplaceEachOther() async throws {
        let cluster = try Cluster(workers: 3)
        cluster.serve(["1.0.0"])
        let client = try SibylClient(ClientConfiguration(endpoints: [cluster.broker.frontend]))
        let served = ServedVersions()
        let total = 20_000
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    var count = 0
                    while served.next() <= total {
                        let asked = served.newest
                        let answer = try await client.predict("v", 1, as: String.self)
                        let version = try #require(SemanticVersion(answer))
                        // The one before may not have heard yet that it is to go.
                        #expect(version.minor >= asked - 1 && version.minor <= served.newest)
                        count += 1
                    }
                    return count
                }
            }
            for minor in 1...20 {
                await served.wait(for: minor * total / 21)
                served.begin(minor)
                cluster.serve([SemanticVersion(1, minor - 1, 0), SemanticVersion(1, minor, 0)])
                // Ends with the announcement, or with the test's own time.
                while try await client.list().first?.version != "1.\(minor).0" { await Task.yield() }
                cluster.serve([SemanticVersion(1, minor, 0)])
            }
            var answered = 0
            for try await count in group { answered += count }
            #expect(answered == total)
        }
    }
}

/// How far the questions are, and which version is the newest that is served.
private final class ServedVersions: Sendable {
    private let state = Mutex((asked: 0, newest: 0))

    /// The number of the next question, from 1.
    func next() -> Int {
        state.withLock { state in
            state.asked += 1
            return state.asked
        }
    }

    var newest: Int { state.withLock { $0.newest } }

    func begin(_ version: Int) { state.withLock { $0.newest = version } }

    func wait(for asked: Int) async {
        while state.withLock({ $0.asked }) < asked { await Task.yield() }
    }
}
