internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import SibylCompression
internal import SibylProtocol

extension Request {
    /// The whole body, decompressed where `Content-Encoding` says that it is compressed.
    ///
    /// - Parameter limit: of what was sent, and of what comes out of it.
    /// - Throws: `SibylError`; `Content-Length` tells of a body that is too large before any of it is read.
    func bytes(upTo limit: Int) async throws -> [UInt8] {
        let tooLarge = SibylError(
            .payloadTooLarge, "the body is larger than \(limit) bytes; send less, or raise http.body_bytes")
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit { throw tooLarge }
        let coding = try contentCoding
        do {
            let bytes = [UInt8](buffer: try await body.collect(upTo: limit))
            return try coding?.decompressed(bytes, limit: limit) ?? bytes
        } catch is NIOTooManyBytesError {
            throw tooLarge
        } catch CompressionError.tooLarge {
            throw tooLarge
        } catch let error as CompressionError {
            throw SibylError(.malformedPayload, error.description, cause: error)
        }
    }

    private var contentCoding: ContentCoding? {
        get throws(SibylError) {
            guard let name = headers[.contentEncoding], name.lowercased() != "identity" else { return nil }
            guard let coding = ContentCoding(name: name) else {
                throw SibylError(
                    .unsupportedContentType,
                    "the Content-Encoding '\(name)' is not known here; send gzip or deflate, or none")
            }
            return coding
        }
    }

    /// What the client takes, gzip rather than deflate; nil when it names neither.
    fileprivate var acceptedCoding: ContentCoding? {
        guard let list = headers[.acceptEncoding] else { return nil }
        let accepted = list.split(separator: ",").compactMap { item -> ContentCoding? in
            let parts = item.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
            guard let name = parts.first, !parts.dropFirst().contains(where: Self.isRefusal) else { return nil }
            return ContentCoding(name: name)
        }
        return accepted.contains(.gzip) ? .gzip : accepted.first
    }

    /// A weight of nothing: `q=0`, `q=0.0`.
    private static func isRefusal(_ weight: String) -> Bool {
        weight.hasPrefix("q=") && Double(weight.dropFirst(2)) == 0
    }
}

extension Response {
    /// Smaller bodies fit a packet or two as they are.
    private static let smallestCompressed = 1_024

    /// An answer of 200, compressed where that pays and the client takes it.
    init(_ bytes: [UInt8], type: String = "application/json", headers: HTTPFields = HTTPFields(), to request: Request) {
        var headers = headers
        headers[.contentType] = type
        var bytes = bytes
        if bytes.count >= Self.smallestCompressed, let coding = request.acceptedCoding,
            let compressed = try? coding.compressed(bytes)
        {
            bytes = compressed
            headers[.contentEncoding] = coding.name
            headers[.vary] = "Accept-Encoding"
        }
        self.init(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: NIOCore.ByteBuffer(bytes: bytes)))
    }
}
