internal import HTTPTypes
internal import Hummingbird
internal import SibylClient

/// `POST /api/models/{name}/predict`: the body goes to a worker as it is, and the worker's answer comes back as it is.
struct PredictRoutes: RouteGroup {
    private let services: GatewayServices

    init(_ services: GatewayServices) {
        self.services = services
    }

    func add(to router: Router<GatewayContext>) {
        router.post("api/models/:model/predict") { request, context in
            let model = try context.parameters.require("model")
            do {
                let body = try await request.bytes(upTo: services.configuration.limits.bodyBytes)
                let options = try request.callOptions(tenant: context.tenant, priority: .interactive)
                let prediction = try await services.disconnects.cancelling(on: context.channel) {
                    try await services.client.predictRaw(model, payload: body, options: options)
                }
                return Response(
                    prediction.payload, type: prediction.contentType, headers: RESTHeaders.fields(of: prediction),
                    to: request)
            } catch {
                throw HTTPFailure(any: error)
            }
        }
    }
}
