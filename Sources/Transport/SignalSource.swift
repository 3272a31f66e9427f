internal import CZeroMQ
internal import Glibc

/// Signals as something to poll: a signalfd.
package struct SignalSource: ~Copyable {
    package let descriptor: Int32

    /// Blocks `signals` for the calling thread and all that it makes later: call it before any thread is made.
    package init(_ signals: [Int32]) {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        descriptor = signalfd(-1, &set, Int32(SFD_NONBLOCK | SFD_CLOEXEC))
    }

    deinit {
        close(descriptor)
    }

    /// The next signal that arrived, if any.
    package func next() -> Int32? {
        var info = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        return read(descriptor, &info, size) == size ? Int32(info.ssi_signo) : nil
    }
}
