internal import CZeroMQ
internal import Glibc

/// Ties a worker to the `sibyl serve` that started it: no child outlives its parent, however that ends.
enum ParentBond {
    /// - Parameter parent: the process that should be the parent.
    /// - Returns: false when that one is gone already, and this process should leave as well.
    static func tie(to parent: pid_t) -> Bool {
        sibyl_signal_at_parent_death(SIGKILL)
        // The parent may have ended before that call; then somebody else is the parent by now.
        return getppid() == parent
    }
}
