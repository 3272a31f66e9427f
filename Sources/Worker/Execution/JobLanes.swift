internal import DequeModule
internal import SibylCore
internal import SibylProtocol

/// Jobs that wait, those of each priority in a lane of its own: interactive ones go first, and bulk has its share.
struct JobLanes {
    private var interactive = Deque<Job>()
    private var bulk = Deque<Job>()
    private var turn = PriorityTurn()

    var isEmpty: Bool { interactive.isEmpty && bulk.isEmpty }

    private subscript(priority: Priority) -> Deque<Job> {
        _read {
            switch priority {
            case .interactive: yield interactive
            case .bulk: yield bulk
            }
        }
        _modify {
            switch priority {
            case .interactive: yield &interactive
            case .bulk: yield &bulk
            }
        }
    }

    // MARK: - In and out again

    mutating func add(_ jobs: [Job]) {
        for job in jobs { self[job.priority].append(job) }
    }

    /// Takes a job out; false when it doesn't wait here.
    mutating func remove(_ job: Job) -> Bool {
        guard let index = self[job.priority].firstIndex(where: { $0 === job }) else { return false }
        self[job.priority].remove(at: index)
        return true
    }

    /// Takes all jobs of a broker out.
    mutating func removeAll(of broker: Int32) -> [Job] {
        let removed = interactive.filter { $0.broker == broker } + bulk.filter { $0.broker == broker }
        interactive.removeAll { $0.broker == broker }
        bulk.removeAll { $0.broker == broker }
        return Array(removed)
    }

    // MARK: - To an executor

    /// Takes the jobs whose turn it is: one batch for its next chunk, or requests of one model and one priority.
    ///
    /// - Parameters:
    ///   - executors: how many share what waits.
    ///   - limit: how many at most, for the model at that place.
    mutating func take(into taken: inout [Job], executors: Int, limit: (LoadedModel?) -> Int) {
        let priority = bulk.isEmpty ? .interactive : interactive.isEmpty ? .bulk : turn.next
        guard let first = self[priority].popFirst() else { return }
        taken.append(first)
        // One's share of what waits: another executor may be about to ask.
        let share = (self[priority].count + executors) / executors
        let most = first.isBatch ? 1 : min(share, limit(first.model))
        while taken.count < most, let next = self[priority].first, next.model === first.model, !next.isBatch {
            taken.append(self[priority].removeFirst())
        }
        // What a batch cost is known at the end of its turn.
        if !first.isBatch { count(taken.count, of: priority) }
    }

    /// Ends a batch's turn, which cost so many items; while it is not done, it waits for another.
    ///
    /// Interactive ones go to the end of their lane: each request behind has its turn before the next chunk, and a short
    /// batch overtakes a long one. Bulk ones stay in front, for of several batches the first is done sooner that way,
    /// and the last no later; that they yield to interactive requests is the lanes' affair.
    mutating func endTurn(of batch: Job, items: Int, isDone: Bool) {
        if !isDone {
            switch batch.priority {
            case .interactive: interactive.append(batch)
            case .bulk: bulk.prepend(batch)
            }
        }
        count(items, of: batch.priority)
    }

    /// So many items had their turn; what they cost the other priority matters only while that waits.
    private mutating func count(_ items: Int, of priority: Priority) {
        if self[priority == .bulk ? .interactive : .bulk].isEmpty {
            turn.reset()
        } else {
            turn.served(priority, cost: items)
        }
    }
}
