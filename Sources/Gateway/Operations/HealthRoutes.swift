internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import SibylClient
internal import SibylJSON

/// `GET /health/live`, `/health/ready` and `/health/startup`, for whoever restarts or leaves out what is not well.
struct HealthRoutes: RouteGroup {
    /// Probes are asked often and wait for a second at most by default.
    private static let timeout = Duration.milliseconds(900)

    private let services: GatewayServices

    init(_ services: GatewayServices) {
        self.services = services
    }

    func add(to router: Router<GatewayContext>) {
        router.get("health/live") { _, _ in Self.answer("live", isWell: true) }
        router.get("health/ready") { _, _ in await readiness() }
        router.get("health/startup") { _, _ in await readiness() }
    }

    private func readiness() async -> Response {
        do {
            let health = try await services.client.health(timeout: Self.timeout)
            return Self.answer(health.status, isWell: health.status == "ready" || health.status == "degraded")
        } catch {
            return Self.answer("unavailable", isWell: false)
        }
    }

    private static func answer(_ status: String, isWell: Bool) -> Response {
        let body: JSONValue = ["status": .string(status)]
        return Response(
            status: isWell ? .ok : .serviceUnavailable, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: NIOCore.ByteBuffer(string: body.description)))
    }
}
