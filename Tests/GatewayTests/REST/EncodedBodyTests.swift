import HTTPTypes
import Hummingbird
import NIOCore
import SibylClient
import SibylCompression
import SibylProtocol
import Testing

@testable import SibylGateway

/// Bodies that are compressed, in both directions.
@Suite struct EncodedBodyTests {
    private static func request(_ body: [UInt8], _ headers: HTTPFields) -> Request {
        Request(
            head: HTTPRequest(method: .post, scheme: "http", authority: "test", path: "/", headerFields: headers),
            body: RequestBody(buffer: NIOCore.ByteBuffer(bytes: body)))
    }

    @Test(arguments: ["gzip", "deflate", "GZIP", "identity"])
    func whatWasCompressedIsReadAsItWas(_ name: String) async throws {
        let body = Array(String(repeating: "predict ", count: 100).utf8)
        let sent = try ContentCoding(name: name)?.compressed(body) ?? body
        let request = Self.request(sent, [.contentEncoding: name])
        #expect(try await request.bytes(upTo: body.count) == body)
    }

    @Test func whatCannotBeReadIsRefusedForItsReason() async throws {
        let body = [UInt8](repeating: 0x20, count: 100_000)
        let bomb = try ContentCoding.gzip.compressed(body)
        let cases: [([UInt8], String, ErrorCode)] = [
            (bomb, "gzip", .payloadTooLarge), (Array(bomb.dropLast(4)), "gzip", .malformedPayload),
            (Array("{}".utf8), "gzip", .malformedPayload), (bomb, "deflate", .malformedPayload),
            (bomb, "br", .unsupportedContentType), (body, "identity", .payloadTooLarge),
        ]
        for (bytes, name, code) in cases {
            // A cut-off body fails by its cut, not by its size.
            let limit = code == .malformedPayload ? 100_000 : 99_999
            let error = await #expect(throws: SibylError.self) {
                try await Self.request(bytes, [.contentEncoding: name]).bytes(upTo: limit)
            }
            #expect(error?.code == code, "\(name)")
        }
    }

    @Test(arguments: [
        ("gzip", "gzip"), ("deflate, gzip;q=0.5", "gzip"), ("deflate", "deflate"), ("gzip;q=0, deflate", "deflate"),
        ("gzip; q=0.0", nil), ("br", nil), (nil, nil),
    ])
    func answersAreCompressedAsTheClientTakesThem(_ accepted: String?, _ coding: String?) {
        var headers = HTTPFields()
        headers[.acceptEncoding] = accepted
        let large = Response([UInt8](repeating: 0x20, count: 1_024), to: Self.request([], headers))
        #expect(large.headers[.contentEncoding] == coding)
        #expect((large.body.contentLength ?? 0) < 1_024 || coding == nil)
        let small = Response([UInt8](repeating: 0x20, count: 1_023), to: Self.request([], headers))
        #expect(small.headers[.contentEncoding] == nil && small.body.contentLength == 1_023)
    }
}
