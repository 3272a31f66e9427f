import SibylJSON
import Testing

@testable import SibylGateway

@Suite struct BatchTests {
    private static let batch = "/api/models/doubler/predict/batch"
    private static let lines = ["Content-Type: application/x-ndjson"]

    @Test func aFailedRowOfAnArrayHasItsErrorInItsPlace() async throws {
        let gateway = try await GatewayFixture()
        let good = try await gateway.post(Self.batch, #"[{"number": 1}, {"number": 2}]"#)
        #expect(good.hasPrefix("HTTP/1.1 200 ") && good.hasSuffix(#"[{"double":2.0},{"double":4.0}]"#))
        let mixed = try await gateway.post(
            Self.batch, #"[{"number": 1}, {"number": 13}, {"number": "a"}, {"number": 4}]"#)
        #expect(mixed.hasPrefix("HTTP/1.1 200 ") && mixed.hasSuffix(#",{"double":8.0}]"#), "\(mixed)")
        #expect(mixed.contains(#"[{"double":2.0},{"error":{"type":"ERROR","code":"prediction_failed""#), "\(mixed)")
        #expect(mixed.contains(#",{"error":{"type":"SCHEMA_ERROR""#))
        #expect(try await gateway.post(Self.batch, "[]").hasSuffix("[]"))
        #expect(try await gateway.post(Self.batch, "{}").hasPrefix("HTTP/1.1 400 "))
    }

    @Test func linesAreAnsweredInTheirOrderEachByItself() async throws {
        let gateway = try await GatewayFixture { $0.batchWindow = 4 }
        let rows = (1...20).map { "{\"number\": \($0)}" }
        let answer = try await gateway.post(Self.batch, rows.joined(separator: "\n\n"), Self.lines)
        let outputs = answer.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("{") }
        try #require(outputs.count == 20, "\(answer)")
        #expect(outputs == (1...20).map { $0 == 13 ? outputs[12] : "{\"double\":\(2 * $0).0}" }, "\(answer)")
        #expect(outputs[12].hasPrefix(#"{"error":{"type":"ERROR","code":"prediction_failed""#))
    }

    @Test func aLineIsAnsweredBeforeTheNextIsSent() async throws {
        let gateway = try await GatewayFixture()
        let isRight = try await gateway.connected { connection in
            connection.send(
                "POST \(Self.batch) HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Type: application/x-ndjson\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n")
            for number in 1...3 {
                let line = "{\"number\": \(number)}\n"
                connection.send(String(line.utf8.count, radix: 16) + "\r\n\(line)\r\n")
                let output = "{\"double\":\(2 * number).0}\n"
                guard connection.read(until: output).contains(output) else { return false }
            }
            connection.send("0\r\n\r\n")
            return connection.readToEnd()?.hasSuffix("0\r\n\r\n") == true
        }
        #expect(isRight)
    }

    @Test func aClientThatGoesAwayCancelsTheRowsThatAreAsked() async throws {
        let gateway = try await GatewayFixture()
        do {
            let connection = try RawConnection(port: gateway.port)
            let row = "{\"number\": 1, \"wait\": 2000}\n"
            connection.send(
                GatewayFixture.request("POST", Self.batch, row + row + row, Self.lines))
            try await gateway.wait { $0["models"]?.array?.first?["accepted"] == 3 }
            _ = consume connection
        }
        try await gateway.wait { $0["models"]?.array?.first?["failed"]?["cancelled"] == 3 }
    }

    @Test func aLineBeyondTheLimitEndsTheBatchWithItsError() async throws {
        let gateway = try await GatewayFixture { $0.rowBytes = 100 }
        let long = String(repeating: " ", count: 101)
        let answer = try await gateway.post(Self.batch, "{\"number\": 1}\n\(long)\n{\"number\": 2}\n", Self.lines)
        #expect(answer.contains(#"{"double":2.0}"#) && answer.contains(#""code":"payload_too_large""#), "\(answer)")
        #expect(!answer.contains(#"{"double":4.0}"#))
    }
}
