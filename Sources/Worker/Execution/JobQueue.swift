internal import Glibc

/// Jobs that wait for an executor: one mutex and one condition, many jobs a hand-over.
///
/// Its length is bounded by the credit that the brokers were given.
final class JobQueue: @unchecked Sendable {
    // Sendable because all that changes is touched under the mutex alone.

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let filled = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var lanes = JobLanes()
    private var waiters = 0
    private var isClosed = false
    private let executors: Int

    /// - Parameter executors: how many threads take from it, so that none takes the others' share.
    init(executors: Int) {
        self.executors = executors
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(filled, nil)
    }

    deinit {
        pthread_cond_destroy(filled)
        pthread_mutex_destroy(mutex)
        filled.deallocate()
        mutex.deallocate()
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    // MARK: - The session's side

    func add(_ added: [Job]) {
        let wake = locked {
            lanes.add(added)
            return min(waiters, added.count)
        }
        // Outside the lock, or who wakes would wait at once again.
        for _ in 0..<wake { pthread_cond_signal(filled) }
    }

    /// Takes a job out that nobody has taken yet.
    func remove(_ job: Job) -> Bool {
        locked { lanes.remove(job) }
    }

    /// Takes all jobs of a broker out.
    func removeAll(of broker: Int32) -> [Job] {
        locked { lanes.removeAll(of: broker) }
    }

    /// Sends the executors home, once they have finished what they hold.
    func close() {
        locked { isClosed = true }
        pthread_cond_broadcast(filled)
    }

    // MARK: - An executor's side

    /// Waits for jobs and takes a few that can be computed together.
    ///
    /// - Parameter limit: how many at most, for the model at that place.
    /// - Returns: false when the queue was closed.
    func take(into taken: inout [Job], limit: (LoadedModel?) -> Int) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        // Ends with a job, or with the queue.
        while lanes.isEmpty && !isClosed {
            waiters += 1
            pthread_cond_wait(filled, mutex)
            waiters -= 1
        }
        if isClosed { return false }
        lanes.take(into: &taken, executors: executors, limit: limit)
        return true
    }

    /// Ends a batch's turn; one that is not done waits for its next. Nobody is woken: who ends a turn takes the next.
    func endTurn(of batch: Job, items: Int, isDone: Bool) {
        locked { lanes.endTurn(of: batch, items: items, isDone: isDone) }
    }
}
