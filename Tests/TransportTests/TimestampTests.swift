import SibylTransport
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        (0, 0, "1970-01-01T00:00:00.000Z"), (1_709_210_096, 7, "2024-02-29T12:34:56.007Z"),
        (4_102_444_799, 999, "2099-12-31T23:59:59.999Z"),
    ])
    func timesOfTheDay(seconds: Int, milliseconds: Int, text: String) {
        #expect(Timestamp.text(seconds: seconds, milliseconds: milliseconds) == text)
        let nanoseconds = Int64(seconds) * 1_000_000_000 + Int64(milliseconds) * 1_000_000 + 999_999
        #expect(Timestamp.text(nanoseconds: nanoseconds) == text)
    }
}
