import Foundation
import FoundationNetworking
import Testing

/// `sibyl gateway` before `sibyl serve`, asked over HTTP.
@Suite struct GatewayTests {
    private static let setosa = #"{"sepal_length":5.1,"sepal_width":3.5,"petal_length":1.4,"petal_width":0.2}"#

    private struct Gateway {
        let process: SibylProcess
        let address: String

        init(_ endpoint: String, in folder: URL, environment: [String: String] = [:]) async throws {
            process = try SibylProcess(
                ["gateway", "--connect", endpoint, "--http", "127.0.0.1:0"], in: folder, environment: environment)
            let ready = "sibyl gateway is ready: "
            address = String(try await process.line(startingWith: ready).dropFirst(ready.count))
        }

        func ask(
            _ path: String, _ body: String? = nil, headers: [String: String] = [:]
        ) async throws -> (status: Int, text: String, headers: HTTPURLResponse) {
            var request = URLRequest(url: try #require(URL(string: address + path)))
            request.timeoutInterval = 20
            for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
            if let body {
                request.httpMethod = "POST"
                request.httpBody = Data(body.utf8)
            }
            let (data, response) = try await URLSession.shared.data(for: request)
            let answer = try #require(response as? HTTPURLResponse)
            return (answer.statusCode, String(decoding: data, as: UTF8.self), answer)
        }

        func stop() async throws -> Int32 {
            process.send(SIGTERM)
            return try await process.end()
        }
    }

    @Test func answersListMetadataAndPredict() async throws {
        let server = try await Server.serving([Built.irisPlugin()])
        let gateway = try await Gateway(server.endpoint, in: server.folder.url)
        let list = try await gateway.ask("/api/models")
        #expect(list.status == 200 && list.text.hasPrefix(#"{"models":[{"qualified_name":"iris_model""#))
        let metadata = try await gateway.ask("/api/models/iris_model/metadata?version=0.1")
        #expect(metadata.status == 200 && metadata.text.contains(#""input_schema":{"#))
        let prediction = try await gateway.ask("/api/models/iris_model/predict", Self.setosa)
        #expect(prediction.status == 200 && prediction.text == #"{"species":"setosa"}"#)
        #expect(prediction.headers.value(forHTTPHeaderField: "X-Model-Version") == "0.1.0")
        let timing = try #require(prediction.headers.value(forHTTPHeaderField: "Server-Timing"))
        #expect(timing.wholeMatch(of: /queue;dur=\d+\.\d{3}, compute;dur=\d+\.\d{3}/) != nil)
        #expect(try await gateway.ask("/health/ready").status == 200)
        #expect(try await gateway.stop() == 0)
        #expect(try await server.stop() == 0)
    }

    @Test func mistakesGetTheirStatusAndWords() async throws {
        let server = try await Server.serving([Built.irisPlugin(), Built.fixture("echo")])
        let gateway = try await Gateway(server.endpoint, in: server.folder.url)
        let predict = "/api/models/iris_model/predict"
        let bad = try await gateway.ask(predict, #"{"sepal_length": -1}"#)
        #expect(bad.status == 400 && bad.text.contains(#""type":"SCHEMA_ERROR""#) && bad.text.contains("/petal_width"))
        let broken = try await gateway.ask(predict, "{")
        #expect(broken.status == 400 && broken.text.contains(#""type":"DESERIALIZATION_ERROR""#))
        #expect(try await gateway.ask("/api/models/nobody/predict", "{}").status == 404)
        #expect(try await gateway.ask(predict + "?version=9", Self.setosa).status == 404)
        let unknown = try await gateway.ask("/nowhere")
        #expect(unknown.status == 404 && unknown.text.contains("GET /api/models lists the models"))
        #expect(try await gateway.ask(predict, Self.setosa, headers: ["X-Timeout-Ms": "soon"]).status == 400)
        let late = try await gateway.ask(
            "/api/models/echo/predict", #"{"sleep_ms": 2000}"#, headers: ["X-Timeout-Ms": "200"])
        #expect(late.status == 504 && late.text.contains(#""code":"deadline_exceeded""#))
        #expect(try await gateway.ask("/api/models/echo/predict", #"{"fail": 1}"#).status == 500)
        #expect(try await gateway.stop() == 0)
        #expect(try await server.stop() == 0)
    }

    @Test func whatWasAcceptedIsAnsweredBeforeItEnds() async throws {
        let server = try await Server.serving([Built.fixture("echo")])
        let gateway = try await Gateway(server.endpoint, in: server.folder.url)
        async let answer = gateway.ask("/api/models/echo/predict", #"{"sleep_ms": 1000}"#)
        // Ends when the request is at the worker, or fails with the connection once the gateway is gone.
        while try await !gateway.ask("/metrics").text.contains(/sibyl_model_in_flight\{.*\} 1\n/) {}
        #expect(try await gateway.stop() == 0)
        #expect(try await answer.status == 200)
        #expect(try await server.stop() == 0)
    }

    @Test func aNewKeyLetsInWhoHasIt() async throws {
        let server = try await Server.serving([Built.irisPlugin()])
        let folder = server.folder.url
        let made = try SibylProcess(["gateway", "--new-key"], in: folder)
        let key = try await made.line(startingWith: "key:").split(separator: " ")[1]
        let line = try await made.line(startingWith: "in api_keys:").split(separator: " ")[2]
        #expect(try await made.end() == 0)
        let environment = ["SIBYL_HTTP_API_KEYS": "\(line) tenant=web rate=1 burst=1"]
        let gateway = try await Gateway(server.endpoint, in: folder, environment: environment)
        #expect(try await gateway.ask("/health/ready").status == 200)
        let refused = try await gateway.ask("/api/models")
        #expect(refused.status == 401 && refused.text.contains("Authorization: Bearer KEY"))
        let headers = ["X-API-Key": String(key)]
        #expect(try await gateway.ask("/api/models", headers: headers).status == 200)
        // At once, at a rate of one a second.
        var statuses: Set<Int> = []
        for _ in 0..<20 { statuses.insert(try await gateway.ask("/api/models", headers: headers).status) }
        #expect(statuses.contains(429))
        #expect(try await gateway.stop() == 0)
        #expect(try await server.stop() == 0)
    }

    @Test func servesOverTLSWithTheVersionOfHTTPThatIsAskedFor() async throws {
        let server = try await Server.serving([Built.irisPlugin()])
        let folder = server.folder.url
        let certificate = folder.appending(path: "certificate.pem").path
        let key = folder.appending(path: "key.pem").path
        let make = try SibylProcess(
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
            ], in: folder, program: URL(filePath: "/usr/bin/openssl"))
        #expect(try await make.end() == 0)
        let environment = ["SIBYL_HTTP_TLS_CERTIFICATE": certificate, "SIBYL_HTTP_TLS_KEY": key]
        let gateway = try await Gateway(server.endpoint, in: folder, environment: environment)
        for version in ["1.1", "2"] {
            let arguments = [
                "--http\(version)", "--silent", "--max-time", "20", "--cacert", certificate, "--data", Self.setosa,
                "--write-out", " %{http_version}\n", "\(gateway.address)/api/models/iris_model/predict",
            ]
            let curl = try SibylProcess(arguments, in: folder, program: URL(filePath: "/usr/bin/curl"))
            #expect(try await curl.line(startingWith: "{") == #"{"species":"setosa"} \#(version)"#)
            #expect(try await curl.end() == 0)
        }
        #expect(try await gateway.stop() == 0)
        #expect(try await server.stop() == 0)
    }

    @Test func withoutAServerItIsAliveAndNotReady() async throws {
        let folder = try TestFolder()
        let gateway = try await Gateway(folder.endpoint("nobody"), in: folder.url)
        #expect(try await gateway.ask("/health/live").status == 200)
        #expect(try await gateway.ask("/health/ready").status == 503)
        #expect(try await gateway.stop() == 0)
    }

    @Test(arguments: [
        ("nonsense", "write HOST:PORT"), ("TAKEN", "Address already in use; name another address"),
        ("nowhere.invalid:80", "there is no host nowhere.invalid"),
    ])
    func anAddressThatCannotBeUsedIsToldBeforeAnythingIsServed(_ address: String, _ words: String) async throws {
        let folder = try TestFolder()
        let other = try await Gateway(folder.endpoint("nobody"), in: folder.url)
        let taken = other.address.replacing("http://", with: "")
        let process = try SibylProcess(["gateway", "--http", address == "TAKEN" ? taken : address], in: folder.url)
        #expect(try await process.end() == 9)
        #expect(process.complaints.contains(words), "\(process.complaints)")
        #expect(try await other.stop() == 0)
    }
}
