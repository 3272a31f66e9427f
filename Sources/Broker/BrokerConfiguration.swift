package import SibylCore
internal import SibylProtocol

/// How a broker is set up.
package struct BrokerConfiguration: Sendable {
    /// Where clients connect.
    package var frontend: String
    /// Where workers connect.
    package var backend: String
    /// The broker's name in `health` and `stats`.
    package var name = "broker"
    /// One message, all frames together, in bytes; larger ones get `payload_too_large`.
    package var messageBytes = WireLimits.messageBytes
    /// Messages that wait for one peer before its replies are dropped.
    package var highWaterMark: Int32 = 10_000
    package var limits = BrokerLimits()
    /// Whether clients may have models loaded and unloaded.
    package var allowsRepository = true
    /// The server's version, told by `stats`.
    package var version = SibylVersion.current

    var identity: BrokerIdentity { BrokerIdentity(name: name, version: version) }

    package init(frontend: String, backend: String) {
        self.frontend = frontend
        self.backend = backend
    }
}
