internal import HTTPTypes
internal import Hummingbird
internal import Logging

/// The outermost middleware: gives each request its name, turns what was thrown into an answer, counts and logs.
struct RequestObserver: RouterMiddleware {
    private let counters: GatewayCounters
    private let logger: Logger
    private let names = RequestNames()

    init(_ services: GatewayServices) {
        counters = services.counters
        logger = services.logger
    }

    func handle(
        _ request: Request, context: GatewayContext, next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        counters.begin()
        let name = names.name(for: request)
        var response = await answer(request, context, next)
        response.headers[.requestID] = name
        count(request, context, response.status.code, ContinuousClock.now - start, name)
        return response
    }

    private func answer(
        _ request: Request, _ context: GatewayContext, _ next: (Request, GatewayContext) async throws -> Response
    ) async -> Response {
        do {
            return try await next(request, context)
        } catch let error as any HTTPResponseError {
            if let response = try? error.response(from: request, context: context) { return response }
            return Response(status: error.status)
        } catch {
            logger.error("\(request.method.rawValue) \(request.uri.path) failed: \(error)")
            return HTTPFailure(any: error).response()
        }
    }

    private func count(
        _ request: Request, _ context: GatewayContext, _ status: Int, _ duration: Duration, _ name: String
    ) {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        counters.end(
            route: context.endpointPath ?? "none", method: Self.known(request.method), status: status,
            nanoseconds: nanoseconds)
        // Of what went well a line each would cost more than a fast model's prediction.
        logger.log(
            level: status < 400 ? .debug : status < 500 ? .info : .warning,
            "\(request.method.rawValue) \(request.uri.path) \(status) \(nanoseconds / 1_000) us",
            metadata: ["request": "\(name)", "client": "\(context.channel.remoteAddress?.ipAddress ?? "-")"])
    }

    /// Methods are the client's to make up, and what is counted by them must be bounded.
    private static func known(_ method: HTTPRequest.Method) -> String {
        knownMethods.contains(method) ? method.rawValue : "other"
    }

    private static let knownMethods: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .delete, .patch, .options]
}

extension HTTPField.Name {
    // No standard has it; proxies know it.
    static let requestID = Self("X-Request-ID")!
}
