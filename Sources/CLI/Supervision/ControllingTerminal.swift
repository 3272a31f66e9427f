internal import Glibc

/// The terminal that this process was started from, if any. Its end is told by the same signal that operators send, so
/// whoever gets that one has to look.
struct ControllingTerminal {
    private static let path = "/dev/tty"

    /// Whether there was one, whose end should be this process's too: not so under nohup, which ignores the signal.
    private let counts: Bool

    init() {
        var action = sigaction()
        sigaction(SIGHUP, nil, &action)
        let isIgnored = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
        counts = !isIgnored && Self.canBeOpened
    }

    var isGone: Bool { counts && !Self.canBeOpened }

    private static var canBeOpened: Bool {
        let descriptor = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        if descriptor >= 0 { close(descriptor) }
        return descriptor >= 0
    }
}
