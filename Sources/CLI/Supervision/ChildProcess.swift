internal import Glibc

/// A process of this same program, started by `posix_spawn`.
struct ChildProcess: Sendable {
    let identifier: pid_t

    /// - Parameter arguments: without the program's name.
    init(arguments: [String]) throws(Failure) {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        Self.setUp(&attributes)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)

        var list: [UnsafeMutablePointer<CChar>?] = (["sibyl"] + arguments).map { strdup($0) } + [nil]
        defer { for text in list { free(text) } }
        var started: pid_t = 0
        // Not the path that we were started by: that file may have been replaced since.
        let result = posix_spawn(&started, "/proc/self/exe", &actions, &attributes, &list, environ)
        guard result == 0 else {
            let reason = String(cString: strerror(result))
            throw Failure(status: .serverFault, message: "cannot start a worker process: \(reason)")
        }
        identifier = started
    }

    /// A group of its own, so that Ctrl-C in a terminal reaches the supervisor alone, which drains in order; and no
    /// signal blocked, as the supervisor blocks some.
    private static func setUp(_ attributes: inout posix_spawnattr_t) {
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
    }

    func send(_ signal: Int32) {
        kill(identifier, signal)
    }

    /// How some child ended, if one has since the last call.
    static func nextEnded() -> (identifier: pid_t, ending: Supervision.Ending)? {
        var status: Int32 = 0
        let identifier = waitpid(-1, &status, WNOHANG)
        guard identifier > 0 else { return nil }
        // The low 7 bits are the signal; 0 says that the process left by itself, with the next byte as its status.
        let signal = status & 0x7F
        return (identifier, signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal))
    }
}
