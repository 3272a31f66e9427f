internal import Glibc

/// A value under a mutex, with a condition to wait for.
final class Monitor<State>: @unchecked Sendable {
    // Sendable because the state is touched under the mutex alone.

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    init(_ state: sending State) {
        self.state = state
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// - Parameter body: must not call the monitor.
    func locked<Result>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// Wakes all who wait, to look again.
    func wakeAll() {
        pthread_cond_broadcast(changed)
    }

    /// Waits until `ready` gives something, which is asked after each `wakeAll`.
    ///
    /// - Parameter deadline: in nanoseconds of `MonotonicClock`.
    /// - Returns: nil when the deadline has passed first.
    func wait<Result>(until deadline: Int64 = .max, for ready: (inout State) -> Result?) -> Result? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        var time = timespec(tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
        // Ends with what is waited for, or at the deadline.
        while true {
            if let result = ready(&state) { return result }
            if pthread_cond_timedwait(changed, mutex, &time) == ETIMEDOUT { return ready(&state) }
        }
    }
}
