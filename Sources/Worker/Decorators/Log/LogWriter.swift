internal import SibylModel
internal import SibylTransport

/// Takes records from any thread, and has one of its own write them.
final class LogWriter: Sendable {
    private struct State {
        var buffer: LogBuffer
        var counters = LogCounters()
        var isClosed = false
        var hasEnded = false
    }

    /// How often at most what was left out is told, in nanoseconds.
    private static let pause: Int64 = 60_000_000_000

    private let monitor: Monitor<State>
    private let report: @Sendable (String) -> Void

    /// Starts the thread.
    ///
    /// - Throws: `ModelLoadError` when the system has none.
    init(_ work: LogWork, bounds: LogBuffer.Bounds, report: @escaping @Sendable (String) -> Void)
        throws(ModelLoadError)
    {
        monitor = Monitor(State(buffer: LogBuffer(bounds)))
        self.report = report
        OpenLogs.add(self)
        do {
            // Nobody joins it: it ends once the log is closed and written.
            _ = try SystemThread(name: "sibyl-log") { [self] in run(work) }
        } catch {
            OpenLogs.remove(self)
            throw ModelLoadError("there is no thread for the prediction log", cause: error)
        }
    }

    var counters: LogCounters { monitor.locked { $0.counters } }

    // MARK: - The side of predictions

    /// Whether a record of that size would be taken; counts it as dropped if not.
    func hasRoom(for size: Int) -> Bool {
        monitor.locked { $0.buffer.hasRoom(for: size) }
    }

    func append(_ record: LogRecord) {
        let isFirst = monitor.locked { state in
            let wasEmpty = state.buffer.isEmpty
            state.buffer.append(record)
            return wasEmpty
        }
        // The thread takes all that is there, so that only the first needs to wake it.
        if isFirst { monitor.wakeAll() }
    }

    /// Has the thread write what is there and end.
    func close() {
        monitor.locked { $0.isClosed = true }
        monitor.wakeAll()
    }

    /// - Parameter deadline: in nanoseconds of `MonotonicClock`.
    /// - Returns: whether the log was closed and is written.
    func waitForEnd(until deadline: Int64) -> Bool {
        monitor.wait(until: deadline) { $0.hasEnded ? true : nil } ?? false
    }

    // MARK: - The thread's side

    private func run(_ work: LogWork) {
        var news = News()
        // Ends once the log is closed and empty.
        while let batch = next() {
            let outcome = work.write(batch)
            let missing = batch.dropped + outcome.lost
            monitor.locked { state in
                state.counters.written += outcome.written
                state.counters.dropped += missing
            }
            news.add(missing, outcome.fault)
            if news.isDue(every: Self.pause) { report(news.take()) }
        }
        if news.isThere { report(news.take()) }
        monitor.locked { $0.hasEnded = true }
        monitor.wakeAll()
        OpenLogs.remove(self)
    }

    /// The next records; nil when there will be none.
    private func next() -> LogBuffer.Batch? {
        let batch = monitor.wait { state -> LogBuffer.Batch? in
            state.buffer.isEmpty && !state.isClosed ? nil : state.buffer.take()
        }
        guard let batch, !(batch.records.isEmpty && batch.dropped == 0) else { return nil }
        return batch
    }

    /// What was left out and is not told yet.
    private struct News {
        private var count = 0
        private var fault: String?
        /// When something was told last.
        private var told: Int64?

        var isThere: Bool { count > 0 }

        mutating func add(_ count: Int, _ fault: String?) {
            self.count += count
            self.fault = fault ?? self.fault
        }

        func isDue(every pause: Int64) -> Bool {
            isThere && (told.map { MonotonicClock.nanoseconds() - $0 >= pause } ?? true)
        }

        mutating func take() -> String {
            let reason = fault ?? "the disk is slower than they come"
            let text =
                "\(count) \(count == 1 ? "prediction is" : "predictions are") not in the prediction log: \(reason)"
            (count, fault, told) = (0, nil, MonotonicClock.nanoseconds())
            return text
        }
    }
}
