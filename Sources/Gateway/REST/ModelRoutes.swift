internal import HTTPTypes
internal import Hummingbird
internal import SibylClient
internal import SibylJSON

/// `GET /api/models` and `GET /api/models/{name}/metadata`: which models there are, and what they take and give.
struct ModelRoutes: RouteGroup {
    private let services: GatewayServices

    init(_ services: GatewayServices) {
        self.services = services
    }

    func add(to router: Router<GatewayContext>) {
        router.get("api/models") { request, _ in
            try await Self.answer(request) { ["models": try await services.client.list()] }
        }
        router.get("api/models/:model/metadata") { request, context in
            let model = try context.parameters.require("model")
            let version = request.uri.queryParameters["version"].map(String.init)
            return try await Self.answer(request) { try await services.client.metadata(model, version: version) }
        }
    }

    private static func answer(_ request: Request, _ value: () async throws -> some Encodable) async throws -> Response
    {
        do {
            return Response(try JSONCoding.encode(try await value()), to: request)
        } catch {
            throw HTTPFailure(any: error)
        }
    }
}
