package import Hummingbird
internal import NIOCore

/// What a request carries on its way through the gateway.
package struct GatewayContext: TenantContext {
    package var coreContext: CoreRequestContextStorage
    /// Whom the broker should be fair to: what the API key says.
    package var tenant: String?

    /// The connection, or the stream of HTTP/2, that it came over.
    let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}
