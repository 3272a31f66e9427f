internal import HTTPTypes
internal import Hummingbird

/// Tells what the router only says by a status: that there is no such path.
struct UnknownPaths: RouterMiddleware {
    func handle(
        _ request: Request, context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound && error.body == nil {
            throw Refusal(
                status: .notFound, code: "not_found",
                message:
                    "there is no \(request.method.rawValue) \(request.uri.path) here; GET /api/models lists the models")
        }
    }
}
