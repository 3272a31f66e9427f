internal import SibylProtocol

/// The bounds and intervals of a broker.
package struct BrokerLimits: Sendable {
    /// Requests of each priority that may wait for one version of a model: a second's work of a fast model, and little
    /// enough memory.
    package var queueLength = 10_000
    /// How many times what is free of a queue one tenant may hold of it (Choudhury and Hahne's dynamic threshold, 1998):
    /// alone it gets eight ninths, and whoever comes next still finds room.
    package var tenantShare = 8
    /// The weights of tenants that have one of their own; all others have 1.
    package private(set) var tenantWeights: [UInt64: Int] = [:]
    /// Bytes of payload that may wait for one version of a model.
    package var queueBytes = 256 * 1024 * 1024
    /// Requests that the broker holds in all states together; it bounds the tables.
    package var requests = 1_000_000
    /// How often a request is handed out before it fails with `worker_lost`: a request that kills its worker takes
    /// no more than these with it.
    package var attempts: UInt32 = 3
    package var defaultTimeout = Instant.Span.milliseconds(30_000)
    /// How long after its start a broker takes a model that it has not heard of for one whose workers are still on their
    /// way: longer than their pause between two tries to connect.
    package var settlingTime = Instant.Span.milliseconds(1_000)
    package var heartbeatInterval = Instant.Span.milliseconds(500)
    /// A worker that was silent for so long is taken for dead: four heartbeats.
    package var livenessTimeout = Instant.Span.milliseconds(2_000)
    /// How long requests that were accepted wait for a worker to come back when the last one of their model is gone:
    /// time for a supervisor to start another.
    package var orphanGrace = Instant.Span.milliseconds(5_000)
    /// How long a draining broker works off its queues.
    package var drainTimeout = Instant.Span.milliseconds(10_000)
    /// Workers at once, and models over all of them; far above what one machine runs, so that a peer that announces
    /// nonsense can't grow the tables.
    package var workers = 10_000
    package var services = 10_000
    /// The most that one worker may take at once, whatever it announces.
    package var capacity: UInt32 = 65_536

    package init() {}

    /// Gives a tenant, by the name that requests call it by, a weight of its own.
    package mutating func setWeight(_ weight: Int, of tenant: String) {
        tenantWeights[Array(tenant.utf8).withUnsafeBytes(FNV1a.hash)] = weight
    }

    func weight(of tenant: UInt64) -> Int {
        tenantWeights.isEmpty ? 1 : max(1, tenantWeights[tenant] ?? 1)
    }
}
