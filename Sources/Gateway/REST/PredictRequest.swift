internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import SibylClient

/// What the routes of predictions read of a request.
extension Request {
    /// The whole body.
    ///
    /// - Throws: `payload_too_large` beyond `limit`; `Content-Length` tells before any of it is read.
    func bytes(upTo limit: Int) async throws -> [UInt8] {
        let tooLarge = SibylError(
            .payloadTooLarge, "the body is larger than \(limit) bytes; send less, or raise http.body_bytes")
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit { throw tooLarge }
        do {
            return [UInt8](buffer: try await body.collect(upTo: limit))
        } catch is NIOTooManyBytesError {
            throw tooLarge
        }
    }

    /// What its query and headers ask of a prediction.
    func callOptions(_ context: GatewayContext) throws(SibylError) -> CallOptions {
        var options = CallOptions(version: uri.query == nil ? nil : uri.queryParameters["version"].map(String.init))
        options.tenant = context.tenant
        options.traceparent = headers[RESTHeaders.traceparent]
        options.tracestate = headers[RESTHeaders.tracestate]
        if let text = headers[RESTHeaders.timeout] {
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
}
