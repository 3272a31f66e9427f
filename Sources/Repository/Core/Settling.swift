/// Files that are taken once they have stayed the same for a while: a copy that is still under way is not.
struct Settling: Sendable {
    private(set) var fingerprint: Fingerprint
    private(set) var isSettled = false
    private var since: Duration

    /// Files that are seen for the first time.
    ///
    /// - Parameter since: when they were changed last, as far as it is known.
    init(_ fingerprint: Fingerprint, since: Duration) {
        self.fingerprint = fingerprint
        self.since = since
    }

    /// What is different now may have changed right now, whatever the clock of a file system elsewhere says.
    mutating func observe(_ fingerprint: Fingerprint, at now: Duration, settle: Duration) {
        if fingerprint != self.fingerprint {
            self.fingerprint = fingerprint
            since = now
        }
        isSettled = now - since >= settle
    }
}
