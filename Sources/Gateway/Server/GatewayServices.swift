internal import Hummingbird
internal import Logging
internal import SibylClient

/// What all routes need.
struct GatewayServices: Sendable {
    let configuration: GatewayConfiguration
    let client: SibylClient
    let logger: Logger
    let counters = GatewayCounters()
    let disconnects = Disconnects()
}

/// The routes of one feature.
protocol RouteGroup {
    init(_ services: GatewayServices)
    func add(to router: Router<GatewayContext>)
}
