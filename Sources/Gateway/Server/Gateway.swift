internal import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import SibylClient
internal import UnixSignals

/// An HTTP server before a broker: it holds no model, and asks for all through a client of its own.
package struct Gateway: Sendable {
    private let services: GatewayServices

    /// - Throws: `SibylError` for an endpoint that can't be one.
    package init(_ configuration: GatewayConfiguration, logger: Logger) throws {
        var client = ClientConfiguration(endpoints: configuration.endpoints)
        client.timeout = configuration.timeout
        services = GatewayServices(configuration: configuration, client: try SibylClient(client), logger: logger)
    }

    /// Serves until SIGTERM or SIGINT, or until its task is cancelled; after a signal what was accepted is answered first.
    ///
    /// - Parameter ready: is told the port once it listens.
    /// - Throws: `SetUpError` when the address is taken, or a certificate can't be used.
    package func run(obeysSignals: Bool = true, ready: @escaping @Sendable (Int) -> Void) async throws {
        let configuration = services.configuration
        let application = Application(
            router: router(),
            server: try GuardedServer.builder(
                limits: configuration.limits, tls: configuration.tls, disconnects: services.disconnects),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                availableConnectionsDelegate: MaximumAvailableConnections(configuration.limits.connections)),
            onServerRunning: { ready($0.localAddress?.port ?? configuration.port) },
            logger: services.logger)
        var group = ServiceGroupConfiguration(
            services: [application], gracefulShutdownSignals: obeysSignals ? [.sigterm, .sigint] : [],
            logger: services.logger)
        group.maximumGracefulShutdownDuration = configuration.drainTimeout
        defer { services.client.close() }
        do {
            try await ServiceGroup(configuration: group).run()
        } catch let error where SetUpError.isOfAddress(error) {
            throw SetUpError(listeningAt: configuration.host, configuration.port, error)
        }
    }

    private func router() -> Router<GatewayContext> {
        let router = Router(context: GatewayContext.self, options: .autoGenerateHeadEndpoints)
        let clock = ContinuousClock()
        let start = clock.now
        router.add(middleware: RequestObserver(services))
        router.add(middleware: SecurityHeadersMiddleware(isTLS: services.configuration.tls != nil))
        router.add(middleware: CrossOriginMiddleware(services.configuration.crossOrigin))
        router.add(
            middleware: APIKeyMiddleware(services.configuration.keys) {
                let (seconds, attoseconds) = (clock.now - start).components
                return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
            })
        let groups: [any RouteGroup] = [
            ModelRoutes(services), PredictRoutes(services), BatchRoutes(services), HealthRoutes(services),
            MetricsRoute(services),
        ]
        for group in groups { group.add(to: router) }
        // Behind the routes, for what is none of them.
        router.add(middleware: UnknownPaths(router.routes))
        return router
    }
}
