internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1

/// What a connection ends with that is not HTTP, or not in time.
struct ConnectionFailure {
    let status: HTTPResponse.Status
    let message: String

    static let tooSlow = ConnectionFailure(
        status: .requestTimeout, message: "the request did not arrive in time; send it in one go, and faster")

    init(status: HTTPResponse.Status, message: String) {
        self.status = status
        self.message = message
    }

    init(_ error: HTTPParserError) {
        if error == .headerOverflow {
            self.init(
                status: .requestHeaderFieldsTooLarge,
                message: "the request's headers are too large or too many; send fewer, or raise http.header_bytes")
        } else {
            self.init(status: .badRequest, message: "this is not a well-formed HTTP request: \(error)")
        }
    }

    var body: NIOCore.ByteBuffer {
        NIOCore.ByteBuffer(
            bytes: ErrorBody.bytes(code: status == .requestTimeout ? "timeout" : "invalid_request", message))
    }
}
