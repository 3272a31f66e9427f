internal import CZeroMQ
internal import Glibc

/// A thread of the operating system, for loops that block: never Swift's cooperative pool.
///
/// Whoever has it may wait for its end; once nobody has it any more, it cleans up after itself when it ends.
package struct SystemThread: ~Copyable, Sendable {
    private let handle: pthread_t

    private final class Start {
        let name: String
        let body: @Sendable () -> Void
        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts a thread with all signals blocked: the process's main thread alone handles them.
    ///
    /// - Parameter name: shown by debuggers and `top`; the system keeps its first 15 bytes.
    package init(name: String, _ body: @escaping @Sendable () -> Void) throws(TransportError) {
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        var previous = sigset_t()
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &previous)
        defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { argument in
                let start = Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
                sibyl_name_thread(start.name)
                start.body()
                return nil
            }, start.toOpaque())
        guard result == 0 else {
            start.release()
            throw TransportError(code: .systemCall, message: "cannot start the thread \(name)", errno: result)
        }
        handle = thread
    }

    deinit {
        // Without it the system keeps the stack of a thread that has ended until the process does.
        pthread_detach(handle)
    }

    /// Waits for the thread's end.
    package consuming func join() {
        pthread_join(handle, nil)
        discard self
    }
}
