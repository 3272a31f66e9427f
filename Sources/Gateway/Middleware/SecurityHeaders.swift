internal import HTTPTypes
package import Hummingbird

/// What browsers must not do with any answer. Pages use files of this server alone: no inline script or style.
package struct SecurityHeadersMiddleware<Context: RequestContext>: RouterMiddleware {
    static var policy: String {
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
            + "frame-ancestors 'none'"
    }

    private let isTLS: Bool

    /// - Parameter isTLS: whether to say that this host is reached by TLS alone.
    package init(isTLS: Bool) {
        self.isTLS = isTLS
    }

    package func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await Refusal.answered(request, context, next)
        response.headers[.xContentTypeOptions] = "nosniff"
        if isTLS { response.headers[.strictTransportSecurity] = "max-age=31536000" }
        // An answer of the API is no document: the rest would be so many bytes more on predict's path.
        guard response.headers[.contentType]?.hasPrefix("text/html") == true else { return response }
        // A route that needs more, such as Swagger UI's styles, has set its own.
        if response.headers[.contentSecurityPolicy] == nil {
            response.headers[.contentSecurityPolicy] = Self.policy
        }
        if let name = HTTPField.Name("Referrer-Policy") { response.headers[name] = "no-referrer" }
        return response
    }
}
