internal import Testing

@testable internal import SibylGateway

/// What is no HTTP, too much or too slow, from a real socket: the status, and that the connection is closed.
struct MiddlewareConnectionTests {
    private static func isStatus(_ code: Int, _ text: String?) -> Bool {
        text?.hasPrefix("HTTP/1.1 \(code) ") == true && text?.lowercased().contains("connection: close") == true
    }

    @Test(arguments: [
        ("no request line", "nonsense\r\n\r\n", 400),
        ("no HTTP version", "GET /tenant HTTP/9.9.9\r\n\r\n", 400),
        ("a space before the colon", "GET /tenant HTTP/1.1\r\nHost : a\r\n\r\n", 400),
        (
            "both lengths",
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400
        ),
        ("two lengths", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde", 400),
        ("a negative length", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
        (
            "a chunk of no size", "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n",
            400
        ),
        (
            "a large header",
            "GET /tenant HTTP/1.1\r\nHost: a\r\nA: " + String(repeating: "a", count: 40_000) + "\r\n\r\n", 431
        ),
        ("many headers", "GET /tenant HTTP/1.1\r\n" + String(repeating: "A: b\r\n", count: 200) + "\r\n", 431),
    ])
    func whatIsNoRequestIsRefusedAndTheConnectionClosed(_ what: String, _ bytes: String, _ status: Int) async throws {
        try await TestServer.with { port in
            let connection = try RawConnection(port: port)
            connection.send(bytes)
            let answer = connection.readToEnd()
            #expect(Self.isStatus(status, answer), "\(what): \(answer ?? "no end")")
        }
    }

    @Test func aSlowHeadAndASlowBodyAreEndedWith408() async throws {
        var limits = HTTPLimits()
        limits.headTimeoutMilliseconds = 200
        limits.bodyTimeoutMilliseconds = 200
        try await TestServer.with(limits: limits) { port in
            let head = try RawConnection(port: port)
            head.send("GET /tenant HT")
            #expect(Self.isStatus(408, head.readToEnd()))
            let body = try RawConnection(port: port)
            body.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
            #expect(Self.isStatus(408, body.readToEnd()))
            // Who sent nothing waits for nothing.
            #expect(try RawConnection(port: port).readToEnd() == "")
        }
    }

    @Test func anIdleConnectionIsClosedWithoutAWord() async throws {
        var limits = HTTPLimits()
        limits.idleTimeoutMilliseconds = 200
        try await TestServer.with(limits: limits) { port in
            let connection = try RawConnection(port: port)
            connection.send("GET /tenant HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(connection.readToEnd()?.hasSuffix("nobody") == true)
        }
    }

    @Test func pipelinedRequestsAreAnsweredInOrderAndTheBrokenOneLast() async throws {
        try await TestServer.with { port in
            let connection = try RawConnection(port: port)
            let one = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"
            connection.send(
                one + "first" + one + "secon" + "GET /tenant HTTP/1.1\r\nHost: a\r\n\r\n" + "garbage\r\n\r\n")
            let answer = try #require(connection.readToEnd())
            let places = ["first", "secon", "nobody", "HTTP/1.1 400"].map { answer.firstRange(of: $0)?.lowerBound }
            #expect(!places.contains(nil) && places.compactMap { $0 } == places.compactMap { $0 }.sorted(), "\(answer)")
        }
    }

    @Test func aConnectionIsKeptUntilAClientSaysClose() async throws {
        try await TestServer.with { port in
            let connection = try RawConnection(port: port)
            for _ in 0..<3 {
                connection.send("GET /tenant HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(!connection.read(until: "nobody").lowercased().contains("connection: close"))
            }
            connection.send("GET /tenant HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Close\r\n\r\n")
            #expect(Self.isStatus(200, connection.readToEnd()))
        }
    }

    @Test func aBodyTooLargeIsRefusedAndNotReadToItsEnd() async throws {
        var limits = HTTPLimits()
        limits.bodyBytes = 100
        try await TestServer.with(limits: limits) { port in
            let connection = try RawConnection(port: port)
            connection.send(
                "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"
                    + String(repeating: "a", count: 1000))
            #expect(Self.isStatus(413, connection.readToEnd()))
        }
    }

    @Test func halfRequestsHoldNobodyElseUp() async throws {
        try await TestServer.with { port in
            for part in ["", "GET", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"] {
                for _ in 0..<20 { try RawConnection(port: port).send(part) }
            }
            // The server still answers.
            let connection = try RawConnection(port: port)
            connection.send("GET /tenant HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(Self.isStatus(200, connection.readToEnd()))
        }
    }
}
