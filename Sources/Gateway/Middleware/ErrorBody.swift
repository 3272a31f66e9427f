internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import SibylJSON

/// The body of an answer that refuses a request before any route has seen it.
enum ErrorBody {
    static func bytes(code: String, _ message: String) -> [UInt8] {
        let body: JSONValue = [
            "type": "ERROR", "code": .string(code), "message": .string(message), "details": [],
        ]
        return Array(body.description.utf8)
    }
}

/// A refusal by the middleware. It carries its headers, such as when to come again.
struct Refusal: Error, HTTPResponseError {
    let status: HTTPResponse.Status
    let code: String
    let message: String
    var headers = HTTPFields()

    func response(from request: Request, context: some RequestContext) throws -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        let body = NIOCore.ByteBuffer(bytes: ErrorBody.bytes(code: code, message))
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }
}
