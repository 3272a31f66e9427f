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
}
