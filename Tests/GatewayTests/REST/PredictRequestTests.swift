import HTTPTypes
import Hummingbird
import SibylClient
import SibylProtocol
import Testing

@testable import SibylGateway

/// What headers and the query of a request ask of a prediction.
@Suite struct PredictRequestTests {
    private static func request(_ headers: [String: String], _ path: String = "/predict") throws -> Request {
        var fields = HTTPFields()
        for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
        return Request(
            head: HTTPRequest(method: .post, scheme: "http", authority: "test", path: path, headerFields: fields),
            body: RequestBody(buffer: ByteBuffer()))
    }

    @Test func whatIsAskedForIsPassedOn() throws {
        let headers = ["X-Priority": "interactive", "X-Timeout-Ms": "250", "traceparent": "00-1", "tracestate": "a=b"]
        let options = try Self.request(headers, "/predict?version=1.2").callOptions(tenant: "web", priority: .bulk)
        #expect(options.priority == .interactive && options.timeout == .milliseconds(250))
        #expect(options.version == "1.2" && options.tenant == "web")
        #expect(options.traceparent == "00-1" && options.tracestate == "a=b")
    }

    @Test func whatIsNotAskedForIsTheRoutes() throws {
        let options = try Self.request([:]).callOptions(tenant: nil, priority: .bulk)
        #expect(options.priority == .bulk && options.timeout == nil && options.version == nil && options.tenant == nil)
    }

    @Test(arguments: [
        ("X-Priority", "urgent"), ("X-Timeout-Ms", "0"), ("X-Timeout-Ms", "-1"), ("X-Timeout-Ms", "86400001"),
        ("X-Timeout-Ms", "1.5"), ("X-Timeout-Ms", ""),
    ])
    func aHeaderThatIsWrongIsNamed(_ name: String, _ value: String) throws {
        let request = try Self.request([name: value])
        let error = #expect(throws: SibylError.self) { try request.callOptions(tenant: nil, priority: .bulk) }
        #expect(error?.code == .malformedEnvelope && error?.message.contains(name) == true)
    }
}
