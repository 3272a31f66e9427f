import SibylProtocol
import Testing

/// The table of errors in docs/protocol.md.
@Suite struct ErrorCodeTests {
    static let table: [(number: UInt8, name: String, isRetryable: Bool)] = [
        (1, "malformed_envelope", false), (2, "unsupported_version", false), (3, "unknown_operation", false),
        (4, "malformed_payload", false), (5, "invalid_input", false), (6, "unsupported_content_type", false),
        (7, "model_not_found", false), (8, "version_not_found", false), (9, "payload_too_large", false),
        (10, "unauthorized", false), (11, "forbidden", false), (12, "overloaded", true), (13, "unavailable", true),
        (14, "deadline_exceeded", true), (15, "cancelled", false), (16, "worker_lost", true),
        (17, "prediction_failed", false), (18, "internal", true),
    ]

    @Test(arguments: table)
    func aCodeHasItsNumberAndItsName(_ number: UInt8, _ name: String, _ isRetryable: Bool) {
        let code = ErrorCode(rawValue: number)
        #expect(code?.wireName == name)
        #expect(code?.isRetryable == isRetryable)
        #expect(ErrorCode(wireName: name) == code)
        #expect(code.map { SibylError($0, "").isRetryable } == isRetryable)
    }

    @Test func thereAreNoOthers() {
        #expect(ErrorCode.allCases.count == Self.table.count)
        #expect(ErrorCode(rawValue: 0) == nil && ErrorCode(rawValue: 19) == nil)
        #expect(ErrorCode(wireName: "teapot") == nil && ErrorCode(wireName: "") == nil)
    }

    @Test func anErrorIsToldToAPersonWithItsPlaces() {
        let details = [ErrorDetail(path: "/a", message: "is missing"), ErrorDetail(path: "", message: "is no object")]
        let error = SibylError(.invalidInput, "2 places", details: details)
        #expect("\(error)" == "invalid_input: 2 places\n  /a: is missing\n  /: is no object")
        #expect("\(ItemError(index: 3, error: SibylError(.internal, "m")))" == "item 3: internal: m")
    }

    @Test func operationsAndPrioritiesAreNamedAsOnTheWire() {
        #expect(
            SibylProtocol.Operation.allCases.map(\.wireName) == [
                "list", "metadata", "predict", "cancel", "health", "stats", "repository",
            ])
        #expect(Priority.allCases.map(\.wireName) == ["interactive", "bulk"])
    }

    @Test func limitsAreThoseOfThePage() {
        #expect(WireLimits.version == 1)
        #expect(WireLimits.envelopeBytes == 65_536)
        #expect(WireLimits.messageBytes == 67_108_864)
        #expect(WireLimits.idBytes == 128 && WireLimits.fieldBytes == 512)
        #expect(WireLimits.timeoutMilliseconds == 1...86_400_000 && WireLimits.defaultTimeoutMilliseconds == 30_000)
        #expect(WireLimits.batchItems == 1_000_000)
    }
}
