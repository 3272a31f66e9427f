internal import Synchronization

/// The rows of one batch that are asked for at once: in the order of their coming, and never more than so many. One task
/// adds, another takes.
final class RowWindow: Sendable {
    private struct State {
        var rows: [Task<[UInt8], Never>] = []
        var isFinished = false
        var isCancelled = false
        var adder: CheckedContinuation<Void, Never>?
        var taker: CheckedContinuation<Void, Never>?
    }

    private let capacity: Int
    private let state = Mutex(State())

    init(_ capacity: Int) {
        self.capacity = capacity
    }

    /// Starts a row once there is room.
    ///
    /// - Returns: false when nobody takes rows any more.
    func add(_ row: @escaping @Sendable () async -> [UInt8]) async -> Bool {
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                if state.isCancelled || state.rows.count < capacity { return true }
                state.adder = continuation
                return false
            }
            if goesOn { continuation.resume() }
        }
        let (isAdded, taker) = state.withLock { state in
            if state.isCancelled { return (false, state.taker.take()) }
            state.rows.append(Task { await row() })
            return (true, state.taker.take())
        }
        taker?.resume()
        return isAdded
    }

    /// No further row comes.
    func finish() {
        state.withLock { state in
            state.isFinished = true
            return state.taker.take()
        }?.resume()
    }

    /// Ends all rows, and waits for none.
    func cancel() {
        let (rows, waiting) = state.withLock { state in
            state.isCancelled = true
            let rows = state.rows
            state.rows = []
            return (rows, [state.adder.take(), state.taker.take()])
        }
        for row in rows { row.cancel() }
        for continuation in waiting { continuation?.resume() }
    }

    /// The row that was added first; nil after the last, and after the cancel.
    func next() async -> Task<[UInt8], Never>? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    if state.isCancelled || state.isFinished || !state.rows.isEmpty { return true }
                    state.taker = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            cancel()
        }
        let (row, adder) = state.withLock { state in
            (state.rows.isEmpty ? nil : state.rows.removeFirst(), state.adder.take())
        }
        adder?.resume()
        return row
    }
}
