internal import Glibc

/// Hands one value from a thread that starts to the one that started it.
package final class Handshake<Value: Sendable>: @unchecked Sendable {
    // Sendable because the semaphore orders the one write before the one read.
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    private var value: Value?

    package init() {
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    /// Call it once.
    package func give(_ value: Value) {
        self.value = value
        sem_post(semaphore)
    }

    /// Waits for the value; call it once.
    package func wait() -> Value {
        while sem_wait(semaphore) == -1 && errno == EINTR {}
        return value!
    }
}
