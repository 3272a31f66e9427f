package import Hummingbird

/// What a request carries on its way through the gateway.
package struct GatewayContext: TenantContext {
    package var coreContext: CoreRequestContextStorage
    /// Whom the broker should be fair to: what the API key says.
    package var tenant: String?

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}
