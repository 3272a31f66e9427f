internal import Glibc

/// Tells which seeds were under way when a state machine trapped: the trap alone would say where, and not how to see it
/// again.
enum CrashNote {
    /// More threads than any machine's processors.
    private static let capacity = 256
    private static let signals = [SIGILL, SIGTRAP, SIGSEGV]

    /// A seed for each thread, 0 for none.
    // Each thread writes its own place; the handler of a thread that is about to die reads.
    nonisolated(unsafe) private static let seeds: UnsafeMutablePointer<UInt64> = {
        let seeds = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity)
        seeds.initialize(repeating: 0, count: capacity)
        for signal in signals { Glibc.signal(signal, tell) }
        return seeds
    }()

    /// Runs `body`, during which a crash names the seed.
    static func running<Result>(_ seed: UInt64, in job: Int, _ body: () -> Result) -> Result {
        seeds[job] = seed
        defer { seeds[job] = 0 }
        return body()
    }

    /// A signal that a thread itself raises ends the process unheard where it is blocked.
    static func allowSignals() {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    /// Allocates nothing and takes no lock: it runs in the middle of anything.
    private static let tell: @convention(c) (Int32) -> Void = { number in
        write("sibyl: a state machine crashed. Seeds under way:")
        for job in 0..<capacity where seeds[job] != 0 { write(seeds[job]) }
        write("\n")
        // The instruction runs again, and now it ends the process.
        signal(number, SIG_DFL)
    }

    private static func write(_ text: StaticString) {
        _ = Glibc.write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
    }

    private static func write(_ number: UInt64) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { buffer in
            var place = buffer.count
            var rest = number
            // At most twenty digits.
            repeat {
                place -= 1
                buffer[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            } while rest > 0
            place -= 1
            buffer[place] = UInt8(ascii: " ")
            _ = Glibc.write(STDERR_FILENO, buffer.baseAddress! + place, buffer.count - place)
        }
    }
}
