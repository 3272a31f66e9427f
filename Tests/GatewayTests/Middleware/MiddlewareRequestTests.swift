internal import Testing

@testable internal import SibylGateway

/// Keys, origins and headers, as a client sees them.
struct MiddlewareRequestTests {
    private static func answer(_ port: Int, _ path: String, _ headers: String = "", method: String = "GET") throws
        -> String
    {
        let connection = try RawConnection(port: port)
        connection.send("\(method) \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(headers)\r\n")
        return try #require(connection.readToEnd())
    }

    @Test func aKeyLetsInAndNamesItsTenant() async throws {
        let (key, line) = APIKey.make()
        try await TestServer.with(keys: [try APIKey(line + " tenant=web")]) { port in
            #expect(try Self.answer(port, "/tenant", "Authorization: Bearer \(key)\r\n").hasSuffix("web"))
            #expect(try Self.answer(port, "/tenant", "X-API-Key: \(key)\r\n").hasSuffix("web"))
            #expect(try Self.answer(port, "/tenant").hasPrefix("HTTP/1.1 401"))
            let wrong = try Self.answer(port, "/tenant", "X-API-Key: \(key)x\r\n")
            #expect(wrong.hasPrefix("HTTP/1.1 401") && wrong.contains(#""code":"unauthorized""#), "\(wrong)")
            #expect(try Self.answer(port, "/health/live").hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func aKeyBeyondItsRateIsToldWhenToComeAgain() async throws {
        let (key, line) = APIKey.make()
        try await TestServer.with(keys: [try APIKey(line + " rate=1 burst=2")]) { port in
            let header = "X-API-Key: \(key)\r\n"
            for _ in 0..<2 { #expect(try Self.answer(port, "/tenant", header).hasPrefix("HTTP/1.1 200")) }
            let refused = try Self.answer(port, "/tenant", header)
            #expect(
                refused.hasPrefix("HTTP/1.1 429") && refused.lowercased().contains("retry-after: 1\r\n"), "\(refused)")
        }
    }

    @Test func onlyAllowedOriginsMayRead() async throws {
        try await TestServer.with(origins: ["https://a.example"]) { port in
            let asked = "Access-Control-Request-Method: POST\r\n"
            let allowed = try Self.answer(port, "/echo", "Origin: https://a.example\r\n" + asked, method: "OPTIONS")
                .lowercased()
            #expect(allowed.contains("access-control-allow-origin: https://a.example\r\n"), "\(allowed)")
            #expect(allowed.contains("access-control-max-age: 600\r\n"))
            let other = try Self.answer(port, "/tenant", "Origin: https://b.example\r\n").lowercased()
            #expect(!other.contains("access-control-allow-origin") && other.contains("vary: origin"), "\(other)")
        }
    }

    @Test func pagesCarryAPolicyAndAnswersOfTheInterfaceDoNot() async throws {
        try await TestServer.with { port in
            let page = try Self.answer(port, "/page").lowercased()
            #expect(page.contains("content-security-policy: default-src 'self'"), "\(page)")
            let missing = try Self.answer(port, "/nowhere").lowercased()
            #expect(
                missing.hasPrefix("http/1.1 404") && missing.contains("x-content-type-options: nosniff"), "\(missing)")
        }
    }

    @Test(arguments: ["", "abc", "sha256:12", "sha256:" + String(repeating: "g", count: 64)])
    func whatIsNoHashIsNoKey(_ line: String) {
        #expect(throws: APIKeyError.self) { try APIKey(line) }
    }

    @Test(arguments: ["rate=0", "rate=x", "who=me", "tenant"])
    func aSettingOfAKeyThatIsNoneIsRefused(_ word: String) {
        #expect(throws: APIKeyError.self) { try APIKey(APIKey.make().line + " " + word) }
    }

    @Test func aBucketFillsAtItsRate() {
        var bucket = TokenBucket(rate: 10, burst: 2)
        let second: UInt64 = 1_000_000_000
        #expect(bucket.take(now: second) == nil && bucket.take(now: second) == nil)
        #expect(bucket.take(now: second) == second / 10)
        #expect(bucket.take(now: second + second / 10) == nil)
        #expect(bucket.take(now: second + second / 10) != nil)
    }

    @Test func aCertificateThatIsNotThereIsNamed() {
        let error = #expect(throws: SetUpError.self) {
            try GuardedServer.builder(
                limits: HTTPLimits(), tls: TLSFiles(certificate: "/nowhere.pem", key: "/nowhere.key"))
        }
        #expect(error?.description.contains("/nowhere.pem") == true)
    }
}
