import SibylClient
import Testing

@testable import SibylGateway

@Suite struct RESTTests {
    static let predict = "/api/models/doubler/predict"

    @Test func aPredictionTellsVersionTimeAndTheRequestsName() async throws {
        let gateway = try await GatewayFixture()
        let answer = try await gateway.post(Self.predict, #"{"number": 21}"#, ["X-Request-ID: mine-7"])
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.hasSuffix(#"{"double":42.0}"#))
        #expect(answer.contains("X-Model-Version: 1.2.3\r\n") && answer.contains("X-Request-ID: mine-7\r\n"))
        #expect(answer.contains(/Server-Timing: queue;dur=\d+\.\d{3}, compute;dur=\d+\.\d{3}/))
        let other = try await gateway.post(Self.predict, #"{"number": 1}"#, ["X-Request-ID: no name"])
        #expect(other.contains(/X-Request-ID: [0-9a-f]+-[0-9a-f]+\r\n/))
    }

    @Test func everyFailureHasItsStatusAndItsWords() async throws {
        let gateway = try await GatewayFixture { $0.limits.bodyBytes = 1_000 }
        let cases = [
            (#"{"number": "a"}"#, "400", "SCHEMA_ERROR"), ("{", "400", "DESERIALIZATION_ERROR"),
            ("", "400", "DESERIALIZATION_ERROR"), (#"{"number": 13}"#, "500", "prediction_failed"),
            (String(repeating: " ", count: 1_001), "413", "payload_too_large"),
        ]
        for (body, status, word) in cases {
            let answer = try await gateway.post(Self.predict, body)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) ") && answer.contains(word), "\(body): \(answer)")
        }
        let late = try await gateway.post(Self.predict, #"{"number": 1, "wait": 500}"#, ["X-Timeout-Ms: 100"])
        #expect(late.hasPrefix("HTTP/1.1 504 ") && late.contains("deadline_exceeded"))
        let unknown = try await gateway.post("/api/models/nobody/predict", "{}")
        #expect(unknown.hasPrefix("HTTP/1.1 404 ") && unknown.contains("model_not_found"))
    }

    @Test func aPathThatTakesOtherMethodsSaysWhich() async throws {
        let gateway = try await GatewayFixture()
        let get = try await gateway.get(Self.predict)
        #expect(get.hasPrefix("HTTP/1.1 405 ") && get.contains("Allow: POST\r\n") && get.contains("method_not_allowed"))
        let post = try await gateway.post("/api/models", "")
        #expect(post.hasPrefix("HTTP/1.1 405 ") && post.contains("Allow: GET, HEAD\r\n"))
        #expect(try await gateway.get("/api/elsewhere").hasPrefix("HTTP/1.1 404 "))
        let head = try await gateway.exchange(GatewayFixture.request("HEAD", "/api/models", "", ["Connection: close"]))
        #expect(head.hasPrefix("HTTP/1.1 200 ") && head.hasSuffix("\r\n\r\n"))
    }

    @Test func pipelinedRequestsAreAnsweredInTheirOrder() async throws {
        let gateway = try await GatewayFixture()
        let bodies = [#"{"number": 1, "wait": 50}"#, "{", #"{"number": 3}"#]
        var text = bodies.map { GatewayFixture.request("POST", Self.predict, $0) }.joined()
        text += GatewayFixture.request("GET", "/health/live", "", ["Connection: close"])
        let answer = try await gateway.exchange(text)
        let parts = [#"{"double":2.0}"#, "DESERIALIZATION_ERROR", #"{"double":6.0}"#, #""live""#]
        let places = parts.map { answer.firstRange(of: $0)?.lowerBound }
        #expect(!places.contains(nil) && places.compactMap { $0 } == places.compactMap { $0 }.sorted(), "\(answer)")
    }

    @Test func aClientThatGoesAwayCancelsItsRequest() async throws {
        let gateway = try await GatewayFixture()
        do {
            let connection = try RawConnection(port: gateway.port)
            connection.send(GatewayFixture.request("POST", Self.predict, #"{"number": 1, "wait": 3000}"#))
            try await gateway.wait { $0["in_flight"] == 1 }
            _ = consume connection
        }
        try await gateway.wait { $0["models"]?.array?.first?["failed"]?["cancelled"] == 1 }
    }

    @Test func metricsTellRequestsAndModels() async throws {
        let gateway = try await GatewayFixture()
        for body in [#"{"number": 1}"#, "{", #"{"number": 2}"#] { _ = try await gateway.post(Self.predict, body) }
        let text = try await gateway.get("/metrics")
        let route = #"route="/api/models/{model}/predict",method="POST""#
        #expect(text.contains("sibyl_http_requests_total{\(route),status=\"200\"} 2\n"), "\(text)")
        #expect(text.contains("sibyl_http_requests_total{\(route),status=\"400\"} 1\n"))
        #expect(text.contains("sibyl_http_requests_in_flight 1\n") && text.contains("sibyl_up 1\n"))
        let model = #"{model="doubler",version="1.2.3"}"#
        #expect(text.contains("sibyl_model_answered_total\(model) 3\n"))
        let failed = #"{model="doubler",version="1.2.3",code="malformed_payload"}"#
        #expect(text.contains("sibyl_model_failed_total\(failed) 1\n"))
    }
}

extension GatewayFixture {
    /// Waits until the broker's statistics are as they should be.
    func wait(until isRight: (JSONValue) -> Bool) async throws {
        // It takes a few turns; the bound is for a test that fails.
        for _ in 0..<20_000 {
            if isRight(try await client.stats()) { return }
        }
        Issue.record("the broker tells \(try await client.stats())")
    }
}
