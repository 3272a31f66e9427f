package import SibylProtocol

/// Counts over all services, and of what belongs to none.
package struct BrokerStatistics: Sendable {
    /// Messages from clients, whatever they asked.
    package var received: UInt64 = 0
    /// Errors by code that no service was found for, faults of envelopes among them.
    var refused = FailureCounts()
    /// Answers of workers that nobody waited for any more.
    package var answersDropped: UInt64 = 0
    /// Replies to clients that were gone or did not read.
    package var repliesDropped: UInt64 = 0
    /// Messages on the worker side that were none of the protocol's.
    package var workerNonsense: UInt64 = 0
    package var workersLost: UInt64 = 0
    /// Requests whose client was gone before their answer.
    package var disconnected: UInt64 = 0

    package init() {}

    package mutating func refused(_ code: ErrorCode) {
        refused.count(code)
    }
}

extension BrokerCore {
    /// What the shell sees and the core has no event for.
    package mutating func count(_ change: (inout BrokerStatistics) -> Void) {
        change(&statistics)
    }
}
