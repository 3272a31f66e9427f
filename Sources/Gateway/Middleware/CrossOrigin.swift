package import Hummingbird

/// Which pages of other origins may call this server.
package struct CrossOriginPolicy: Sendable, Equatable {
    /// Such as `https://example.org`; `*` for all. Empty: none, and browsers keep others out.
    package var origins: [String] = []
    package var methods = ["GET", "POST", "OPTIONS"]
    package var headers = ["authorization", "content-type", "x-api-key"]
    package var maximumAgeSeconds = 600

    package init() {}

    /// Whether a browser could name a page's origin so: scheme, host and port, with no path.
    package static func isOrigin(_ text: String) -> Bool {
        if text == "*" { return true }
        guard let scheme = ["https://", "http://"].first(where: text.hasPrefix) else { return false }
        let host = text.dropFirst(scheme.count)
        return !host.isEmpty && host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
    }
}

/// Answers a browser's question and marks the answers, refusals among them, that other origins may read. Cookies and
/// other credentials of the browser's are never allowed: a key is a header.
package struct CrossOriginMiddleware<Context: RequestContext>: RouterMiddleware {
    private let policy: CrossOriginPolicy

    package init(_ policy: CrossOriginPolicy) {
        self.policy = policy
    }

    package func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard !policy.origins.isEmpty, let origin = request.headers[.origin] else {
            return try await next(request, context)
        }
        let allowed = policy.origins.contains("*") ? "*" : policy.origins.contains(origin) ? origin : nil
        if request.method == .options, request.headers[.accessControlRequestMethod] != nil {
            return Response(status: .noContent, headers: preflight(allowed), body: ResponseBody())
        }
        var response = try await Refusal.answered(request, context, next)
        response.headers[.accessControlAllowOrigin] = allowed
        response.headers[values: .vary].append("Origin")
        return response
    }

    private func preflight(_ allowed: String?) -> HTTPFields {
        var fields: HTTPFields = [.vary: "Origin"]
        guard let allowed else { return fields }
        fields[.accessControlAllowOrigin] = allowed
        fields[.accessControlAllowMethods] = policy.methods.joined(separator: ", ")
        fields[.accessControlAllowHeaders] = policy.headers.joined(separator: ", ")
        fields[.accessControlMaxAge] = String(policy.maximumAgeSeconds)
        return fields
    }
}

extension Refusal {
    /// The answer, also where a route or another middleware threw one.
    static func answered<Context: RequestContext>(
        _ request: Request, _ context: Context, _ next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as any HTTPResponseError {
            return try error.response(from: request, context: context)
        }
    }
}
