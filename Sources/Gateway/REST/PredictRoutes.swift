internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import SibylClient
internal import SibylProtocol

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
                let body = try await Self.bytes(of: request, limit: services.configuration.limits.bodyBytes)
                let options = try Self.options(of: request, context)
                return Self.response(
                    try await services.client.predictRaw(model, payload: body, options: options))
            } catch {
                throw HTTPFailure(any: error)
            }
        }
    }

    private static func bytes(of request: Request, limit: Int) async throws -> [UInt8] {
        do {
            return [UInt8](buffer: try await request.body.collect(upTo: limit))
        } catch is NIOTooManyBytesError {
            throw SibylError(
                .payloadTooLarge, "the body is larger than \(limit) bytes; send less, or raise http.body_bytes")
        }
    }

    private static func options(of request: Request, _ context: GatewayContext) throws(SibylError) -> CallOptions {
        var options = CallOptions(version: request.uri.queryParameters["version"].map(String.init))
        options.tenant = context.tenant
        options.traceparent = request.headers[RESTHeaders.traceparent]
        options.tracestate = request.headers[RESTHeaders.tracestate]
        if let text = request.headers[RESTHeaders.timeout] {
            guard let milliseconds = Int(text), (1...RESTHeaders.longestTimeout).contains(milliseconds) else {
                throw SibylError(
                    .malformedEnvelope,
                    "the header X-Timeout-Ms must be a whole number of milliseconds from 1 to \(RESTHeaders.longestTimeout)"
                )
            }
            options.timeout = .milliseconds(milliseconds)
        }
        return options
    }

    private static func response(_ prediction: RawPrediction) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = prediction.contentType
        headers[RESTHeaders.version] = prediction.version
        headers[RESTHeaders.serverTiming] = RESTHeaders.text(of: prediction.timing)
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody(byteBuffer: NIOCore.ByteBuffer(bytes: prediction.payload)))
    }
}
