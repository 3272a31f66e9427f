internal import Glibc
internal import SibylCore
internal import SibylTransport

/// Jobs that wait for an executor: one mutex and one condition around a `BatchScheduler`, many jobs a hand-over.
///
/// Its length is bounded by the credit that the brokers were given.
final class JobQueue: @unchecked Sendable {
    // Sendable because all that changes is touched under the mutex alone.

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var scheduler: BatchScheduler
    private var isClosed = false
    /// Executors that wait, and how many of them were told to wake up.
    private var waiters = 0
    private var woken = 0
    /// When one of them wakes up by itself; none is known to when in the distant future.
    private var alarm = Instant.distantFuture

    /// - Parameter executors: how many threads take from it, so that none takes the others' share.
    init(executors: Int) {
        scheduler = BatchScheduler(executors: executors)
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

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    // MARK: - The session's side

    func add(_ added: [Job], at now: Instant) {
        let count = locked {
            scheduler.add(added)
            return wakeUp(atMost: added.count, at: now)
        }
        signal(count)
    }

    /// Takes a job out that nobody has taken yet.
    func remove(_ job: Job) -> Bool {
        locked { scheduler.remove(job) }
    }

    /// Takes all jobs of a broker out.
    func removeAll(of broker: Int32) -> [Job] {
        locked { scheduler.removeAll(of: broker) }
    }

    /// Sends the executors home, once they have finished what they hold.
    func close() {
        locked {
            isClosed = true
            // The core has given back what waited; were anything left, it would hold its model and the model it.
            _ = scheduler.removeAll { _ in true }
        }
        pthread_cond_broadcast(changed)
    }

    // MARK: - An executor's side

    /// Hands in a run that is computed, unless it is empty, and waits for the next.
    ///
    /// - Returns: false when the queue was closed.
    func exchange(_ run: inout Run) -> Bool {
        pthread_mutex_lock(mutex)
        scheduler.finish(&run)
        // Ends with a run, or with the queue.
        while !isClosed {
            let now = Instant(nanoseconds: MonotonicClock.nanoseconds())
            let later = scheduler.take(into: &run, at: now)
            if run.lane != nil {
                // Another may have a part of what is left, or have to watch when that is to begin.
                let count = wakeUp(atMost: 1, at: now)
                pthread_mutex_unlock(mutex)
                signal(count)
                return true
            }
            wait(until: later)
        }
        pthread_mutex_unlock(mutex)
        return false
    }

    private func wait(until moment: Instant) {
        waiters += 1
        alarm = min(alarm, moment)
        if moment == .distantFuture {
            pthread_cond_wait(changed, mutex)
        } else {
            let (seconds, rest) = max(0, moment.nanoseconds).quotientAndRemainder(dividingBy: 1_000_000_000)
            var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(rest))
            pthread_cond_timedwait(changed, mutex, &time)
        }
        waiters -= 1
        woken = max(0, woken - 1)
        // Another's may be earlier than is known then: it is woken once too often at worst.
        alarm = .distantFuture
    }

    // MARK: - Waking up

    /// Counts in those that are to be woken, for `signal`.
    private func wakeUp(atMost count: Int, at now: Instant) -> Int {
        let sleeping = waiters - woken
        if sleeping <= 0 { return 0 }
        let start = scheduler.nextStart(at: now)
        // Somebody has to wake up when it is time, and only one.
        let needed = start <= now ? min(sleeping, count) : start < alarm ? 1 : 0
        woken += needed
        return needed
    }

    /// Outside the lock, or who wakes would wait at once again.
    private func signal(_ count: Int) {
        for _ in 0..<count { pthread_cond_signal(changed) }
    }
}
