import SibylProtocol
import Testing

@testable import sibyl

@Suite struct FailureTests {
    @Test func everyCodeOfTheProtocolHasItsStatus() {
        let statuses = Dictionary(
            uniqueKeysWithValues: ErrorCode.allCases.map { ($0.wireName, ExitStatus($0).rawValue) })
        #expect(
            statuses == [
                "malformed_envelope": 7, "unsupported_version": 7, "unknown_operation": 7, "malformed_payload": 3,
                "invalid_input": 3, "unsupported_content_type": 3, "model_not_found": 4, "version_not_found": 4,
                "payload_too_large": 3, "unauthorized": 10, "forbidden": 10, "overloaded": 5, "unavailable": 5,
                "deadline_exceeded": 6, "cancelled": 5, "worker_lost": 5, "prediction_failed": 7, "internal": 7,
            ])
    }

    @Test func tellsEveryDetail() {
        let error = SibylError(
            .invalidInput, "the input does not meet the schema of iris_model",
            details: [
                ErrorDetail(path: "/sepal_length", message: "must be above 0"), ErrorDetail(path: "", message: "x"),
            ])
        #expect(
            Failure(error).text == """
                sibyl: the input does not meet the schema of iris_model
                  /sepal_length: must be above 0
                  /: x
                """)
        #expect(Failure(error).status == .badInput)
    }

    @Test func tellsWhenToTryAgain() {
        let error = SibylError(.overloaded, "the queue is full", retryAfterMilliseconds: 20)
        #expect(
            Failure(error).text == """
                sibyl: the queue is full
                  try again in 20 ms
                """)
    }

    @Test func programsReadTheSameAsJSON() throws {
        let error = SibylError(
            .overloaded, "full", details: [ErrorDetail(path: "/a", message: "x")], retryAfterMilliseconds: 20)
        #expect(
            Failure(error).json
                == #"{"error":{"exit_status":5,"message":"full","code":"overloaded","retry_after_ms":20,"#
                + #""details":[{"path":"/a","message":"x"}]}}"#)
        let own = Failure(status: .badInput, message: "a\nb", details: [.init(message: "c")])
        #expect(
            own.json == #"{"error":{"exit_status":3,"message":"a\nb","details":[{"message":"c"}]}}"#)
    }

    @Test func aServersTextMovesNoCursor() {
        #expect(Failure(status: .serverFault, message: "a\u{1B}[2Jb").text == "sibyl: a [2Jb")
    }

    @Test func oneProblemIsOneLine() {
        let one = ConfigurationError("there is no key x", at: .file("a.yaml", line: 1, column: 2))
        #expect(Failure(one).text == "sibyl: a.yaml:1:2: there is no key x")
        #expect(Failure(one).status == .configuration)
        let two = ConfigurationError(one.problems + one.problems)
        #expect(Failure(two).text.split(separator: "\n").count == 3)
    }

    @Test func aMistakeInFlagsAloneIsUsage() {
        let flag = ConfigurationProblem(place: .flag("--workers"), message: "x")
        let file = ConfigurationProblem(place: .file("a.yaml", line: 1, column: 2), message: "y")
        #expect(Failure(ConfigurationError([flag])).status == .usage)
        #expect(Failure(ConfigurationError([flag, file])).status == .configuration)
    }

    @Test func helpNamesEveryStatus() {
        #expect(ExitStatus.help.split(separator: "\n").count == ExitStatus.allCases.count + 1)
    }
}
