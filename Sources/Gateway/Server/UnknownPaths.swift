internal import HTTPTypes
internal import Hummingbird

/// Tells what the router only says by a status: that there is no such path, or that it takes other methods.
struct UnknownPaths: RouterMiddleware {
    private let routes: [Route]

    /// - Parameter routes: all of the router's.
    init(_ routes: [Router<GatewayContext>.RouteDescription]) {
        self.routes = routes.map { Route(path: $0.path.description, method: $0.method) }
    }

    func handle(
        _ request: Request, context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound && error.body == nil {
            throw refusal(of: request)
        }
    }

    private func refusal(of request: Request) -> Refusal {
        let path = request.uri.path
        let segments = path.split(separator: "/")
        var methods = Set(routes.filter { $0.matches(segments) }.map(\.method))
        // The router makes it of `get` itself, later.
        if methods.contains(.get) { methods.insert(.head) }
        if methods.isEmpty {
            return Refusal(
                status: .notFound, code: "not_found",
                message: "there is no \(request.method.rawValue) \(path) here; GET /api/models lists the models")
        }
        let allowed = methods.map(\.rawValue).sorted().joined(separator: ", ")
        return Refusal(
            status: .methodNotAllowed, code: "method_not_allowed",
            message: "\(path) takes \(allowed), not \(request.method.rawValue)", headers: [.allow: allowed])
    }

    private struct Route {
        let path: String
        let method: HTTPRequest.Method

        /// A parameter or a wildcard takes any one segment, `**` any number of them.
        func matches(_ segments: [Substring]) -> Bool {
            let pattern = path.split(separator: "/")
            let isOpen = pattern.last == "**"
            guard isOpen ? segments.count >= pattern.count - 1 : segments.count == pattern.count else { return false }
            return zip(pattern, segments).allSatisfy { part, segment in
                part == segment || part.contains { "{:*".contains($0) }
            }
        }
    }
}
