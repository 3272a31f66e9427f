internal import SibylTransport
internal import Synchronization

/// The logs of this process whose threads run: a process that ends has them written first.
enum OpenLogs {
    private static let writers = Mutex<[ObjectIdentifier: LogWriter]>([:])

    static func add(_ writer: LogWriter) {
        writers.withLock { $0[ObjectIdentifier(writer)] = writer }
    }

    static func remove(_ writer: LogWriter) {
        _ = writers.withLock { $0.removeValue(forKey: ObjectIdentifier(writer)) }
    }

    /// Closes all of them.
    ///
    /// - Parameter nanoseconds: how long they are waited for, all together.
    /// - Returns: whether all are written.
    @discardableResult
    static func finish(within nanoseconds: Int64) -> Bool {
        let open = writers.withLock { Array($0.values) }
        for writer in open { writer.close() }
        let deadline = MonotonicClock.nanoseconds() + nanoseconds
        return open.allSatisfy { $0.waitForEnd(until: deadline) }
    }
}
