internal import CZeroMQ
internal import Glibc

/// Wakes a thread that polls, from any other thread: an eventfd.
package final class Wakeup: Sendable {
    package let descriptor: Int32

    package init() {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        precondition(descriptor >= 0, "the system has no file descriptor left for an eventfd")
    }

    deinit {
        close(descriptor)
    }

    package func signal() {
        var one: UInt64 = 1
        // EAGAIN means that the counter is full: the thread is woken already.
        while write(descriptor, &one, MemoryLayout<UInt64>.size) == -1 && errno == EINTR {}
    }

    package func clear() {
        var count: UInt64 = 0
        while read(descriptor, &count, MemoryLayout<UInt64>.size) == -1 && errno == EINTR {}
    }
}
