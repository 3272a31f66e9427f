internal import Glibc

/// The clock that the shells read and the cores are told.
package enum MonotonicClock {
    /// Nanoseconds since some moment before the process began; never goes back.
    package static func nanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
