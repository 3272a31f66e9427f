import Logging
import Testing

@testable import sibyl

@Suite struct LogTests {
    private func line(_ format: LogFormat, _ message: Logger.Message, _ metadata: Logger.Metadata = [:]) -> String {
        let event = LogEvent(
            level: .warning, message: message, metadata: metadata, source: nil, file: "", function: "", line: 0)
        return LineLogHandler(label: "worker", format: format, level: .info).line(for: event, at: "NOW")
    }

    @Test func textForPeople() {
        #expect(
            line(.text, "lost", ["broker": "tcp://a:1", "after": "3"])
                == "NOW warning worker: lost after=3 broker=tcp://a:1")
        #expect(line(.text, "two\nlines") == "NOW warning worker: two lines")
    }

    @Test func jsonForPrograms() {
        #expect(
            line(.json, "a \"word\"\n", ["k": "v"])
                == #"{"time":"NOW","level":"warning","source":"worker","message":"a \"word\"\n","k":"v"}"#)
    }

    @Test(arguments: [
        (0, 0, "1970-01-01T00:00:00.000Z"), (1_709_210_096, 7, "2024-02-29T12:34:56.007Z"),
        (4_102_444_799, 999, "2099-12-31T23:59:59.999Z"),
    ])
    func timesOfTheDay(seconds: Int, milliseconds: Int, text: String) {
        #expect(Timestamp.text(seconds: seconds, milliseconds: milliseconds) == text)
    }
}
