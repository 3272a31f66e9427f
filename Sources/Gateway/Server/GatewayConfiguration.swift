/// How a gateway is set up.
package struct GatewayConfiguration: Sendable {
    /// Where it listens; port 0 takes a free one.
    package var host = "127.0.0.1"
    package var port = 8080
    /// Where brokers are, or workers that serve alone.
    package var endpoints = ["tcp://127.0.0.1:5555"]
    /// The deadline of a request that names none.
    package var timeout = Duration.seconds(30)
    package var limits = HTTPLimits()
    package var tls: TLSFiles?
    package var keys: [APIKey] = []
    package var crossOrigin = CrossOriginPolicy()

    package init() {}
}
