import Configuration
import Testing

@testable import sibyl

@Suite struct ConfigurationKeyTests {
    @Test func namesAreUnique() {
        #expect(Set(ConfigurationKeys.all.map(\.name)).count == ConfigurationKeys.all.count)
        #expect(Set(ConfigurationKeys.all.map(\.environmentName)).count == ConfigurationKeys.all.count)
    }

    @Test func noVariableLooksLikeOneOfKubernetes() {
        for key in ConfigurationKeys.all {
            #expect(!ConfigurationEnvironment.isServiceLink(key.environmentName), "\(key.environmentName)")
        }
    }

    @Test func defaultsAreValues() {
        for key in ConfigurationKeys.all where !key.standard.isEmpty && !key.standard.contains(" ") {
            #expect(key.type.value(of: key.standard) != nil, "\(key.name)")
        }
    }

    @Test func integersHaveBounds() {
        let type = ConfigurationType.integer(1...10, unit: "threads")
        #expect(type.value(of: "10") == .int(10))
        for text in ["0", "11", "1.5", "", "ten", "99999999999999999999", "0x3"] {
            #expect(type.value(of: text) == nil)
        }
    }

    @Test func endpointsHaveATransport() {
        #expect(ConfigurationType.endpoint.value(of: "ipc:///run/x") == .string("ipc:///run/x"))
        for text in ["tcp://127.0.0.1:5555", "tcp://*:0", "tcp://127.0.0.1:*", "tcp://[::1]:65535"] {
            #expect(ConfigurationType.endpoint.value(of: text) == .string(text))
        }
        for text in [
            "", "tcp://", "127.0.0.1:5555", "http://a", "ipc://", "inproc://a", "tcp://a", "tcp://:1", "tcp://a:65536",
            "tcp://a:-1", "tcp://a:http",
        ] {
            #expect(ConfigurationType.endpoint.value(of: text) == nil)
        }
        #expect(ConfigurationType.endpoints.value(of: "") == nil)
        #expect(ConfigurationType.endpoints.value(of: "tcp://a:1,") == nil)
    }

    @Test func weightsAreNamesWithNumbers() {
        let type = ConfigurationType.weights(1...10)
        #expect(type.value(of: "web=4, a=b=10") == .stringArray(["web=4", "a=b=10"]))
        for text in ["", "web", "web=", "=4", "web=0", "web=11", "web=4,"] { #expect(type.value(of: text) == nil) }
        #expect(Weight("a=b=10") == Weight("a=b=10") && Weight("a=b=10")?.name == "a=b")
    }

    @Test func keysAndOriginsAreCheckedWhereTheyAreSet() {
        let hash = "sha256:" + String(repeating: "0a", count: 32)
        #expect(ConfigurationType.apiKeys.value(of: "\(hash) tenant=web, \(hash)") != nil)
        for text in ["", "sha256:0a", "\(hash) rate=0", hash + ","] {
            #expect(ConfigurationType.apiKeys.value(of: text) == nil)
        }
        for text in ["*", "https://example.org", "http://a:8080"] {
            #expect(ConfigurationType.origins.value(of: text) == .stringArray([text]))
        }
        for text in ["", "example.org", "https://", "https://a/b", "https://a b"] {
            #expect(ConfigurationType.origins.value(of: text) == nil)
        }
    }

    @Test(arguments: [
        ("kitten", "sitting", 3), ("", "abc", 3), ("same", "same", 0), ("fornt", "front", 1), ("abc", "", 3),
    ])
    func countsEdits(left: String, right: String, distance: Int) {
        #expect(NearestName.editDistance(Array(left.utf8), Array(right.utf8)) == distance)
    }

    @Test func findsTheNearestName() {
        let names = ConfigurationKeys.all.map(\.name)
        #expect(NearestName.of("broker.Frontend", among: names) == "broker.frontend")
        #expect(NearestName.of("worker.drain-timeout-ms", among: names) == "worker.drain_timeout_ms")
        #expect(NearestName.of("broker.message_bytes", among: names) == "limits.message_bytes")
        #expect(NearestName.of("x", among: []) == nil)
    }
}
