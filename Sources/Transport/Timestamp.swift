internal import Glibc

/// Times of the day for logs: `2026-01-31T08:05:09.123Z`. Written by hand, as a date formatter costs more at the start
/// of a process than all else that logging does.
package enum Timestamp {
    /// Nanoseconds since 1970, UTC, by the clock that people set.
    package static func nanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    package static func now() -> String { text(nanoseconds: nanoseconds()) }

    /// - Parameter nanoseconds: since 1970, UTC.
    package static func text(nanoseconds: Int64) -> String {
        text(seconds: Int(nanoseconds / 1_000_000_000), milliseconds: Int(nanoseconds / 1_000_000 % 1_000))
    }

    /// - Parameter seconds: since 1970, UTC.
    package static func text(seconds: Int, milliseconds: Int) -> String {
        var seconds = time_t(seconds)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let date = "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        let time = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        let fraction = String(milliseconds + 1000).dropFirst()
        return "\(date)T\(time).\(fraction)Z"
    }

    private static func two(_ number: Int32) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
