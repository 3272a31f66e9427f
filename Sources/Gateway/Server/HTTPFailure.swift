internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import SibylJSON
internal import SibylProtocol

/// An error of the protocol as an answer of the REST interface.
struct HTTPFailure: Error, HTTPResponseError {
    let error: SibylError

    init(_ error: SibylError) {
        self.error = error
    }

    /// Whatever a route throws: the client's own errors are the protocol's already.
    init(any error: any Error) {
        self.error = error as? SibylError ?? SibylError(.internal, "the gateway failed: \(error)", cause: error)
    }

    var status: HTTPResponse.Status {
        switch error.code {
        case .malformedEnvelope, .malformedPayload, .invalidInput, .unsupportedVersion, .unknownOperation: .badRequest
        case .unsupportedContentType: .unsupportedMediaType
        case .modelNotFound, .versionNotFound: .notFound
        case .payloadTooLarge: .contentTooLarge
        case .unauthorized: .unauthorized
        case .forbidden: .forbidden
        case .overloaded: .tooManyRequests
        case .unavailable, .workerLost: .serviceUnavailable
        case .deadlineExceeded: .gatewayTimeout
        case .cancelled: HTTPResponse.Status(code: 499, reasonPhrase: "Client Closed Request")
        case .predictionFailed, .internal: .internalServerError
        }
    }

    /// `{"type", "code", "message", "details"}`.
    var body: JSONValue {
        [
            "type": .string(type), "code": .string(error.code.wireName), "message": .string(error.message),
            "details": .array(error.details.map { ["path": .string($0.path), "message": .string($0.message)] }),
        ]
    }

    private var type: String {
        switch error.code {
        case .malformedPayload: "DESERIALIZATION_ERROR"
        case .invalidInput: "SCHEMA_ERROR"
        default: "ERROR"
        }
    }

    func response(from request: Request, context: some RequestContext) -> Response { response() }

    func response() -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "application/json"
        if status == .tooManyRequests || status == .serviceUnavailable {
            // Whole seconds, rounded up: the header knows no others.
            headers[.retryAfter] = String(max(1, ((error.retryAfterMilliseconds ?? 1_000) + 999) / 1_000))
        }
        let bytes = NIOCore.ByteBuffer(string: body.description)
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: bytes))
    }
}
