internal import Glibc
internal import Synchronization

/// Work on several threads at once. Not on Swift's own pool, which has no more threads than cores: a model may block.
enum ConcurrentRun {
    /// What a thread is started with; it lets go of it itself.
    private final class Start: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private final class Results<Result: Sendable>: Sendable {
        let list = Mutex([Result]())
    }

    /// What `body` gives for each thread, by number, in the order in which they end. A thread that the system does not
    /// start is done without.
    static func results<Result: Sendable>(threads: Int, _ body: @escaping @Sendable (Int) -> Result) -> [Result] {
        let results = Results<Result>()
        let handles = (0..<threads).compactMap { number in
            start {
                let result = body(number)
                results.list.withLock { $0.append(result) }
            }
        }
        for handle in handles { pthread_join(handle, nil) }
        return results.list.withLock { $0 }
    }

    private static func start(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
        let start = Unmanaged.passRetained(Start(body))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, start.toOpaque())
        guard status == 0 else {
            start.release()
            return nil
        }
        return thread
    }
}
