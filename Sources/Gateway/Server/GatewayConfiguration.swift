/// How a gateway is set up.
package struct GatewayConfiguration: Sendable {
    /// Where it listens; port 0 takes a free one.
    package var host = "127.0.0.1"
    package var port = 8080
    /// Where brokers are, or workers that serve alone.
    package var endpoints = ["tcp://127.0.0.1:5555"]
    /// The deadline of a request that names none.
    package var timeout = Duration.seconds(30)
    /// Rows of one batch that are asked for at once: a worker's batch fills, and one upload doesn't fill a model's queue.
    package var batchWindow = 64
    /// The longest row of a batch that comes as lines, of which a window is held.
    package var rowBytes = 1_048_576
    /// How long a stopping gateway answers what it has accepted.
    package var drainTimeout = Duration.seconds(10)
    package var limits = HTTPLimits()
    package var tls: TLSFiles?
    package var keys: [APIKey] = []
    package var crossOrigin = CrossOriginPolicy()

    package init() {}
}
