internal import Glibc
package import SibylCore

/// How a worker is set up.
package struct WorkerConfiguration: Sendable {
    /// The backends of the brokers to work for.
    package var brokers: [String]
    /// How replies, logs and statistics call it.
    package var name = "worker-\(getpid())"
    /// Threads that predict.
    package var threads = 1
    package var limits = WorkerLimits()

    package init(brokers: [String]) {
        self.brokers = brokers
    }
}
