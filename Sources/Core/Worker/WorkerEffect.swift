/// What a worker does next. The shell runs effects in order and calls the core again only after the last.
package enum WorkerEffect: Sendable, Equatable {
    case hello(broker: Int32)
    /// Tell the broker what is served now.
    case models(broker: Int32)
    case pong(broker: Int32)
    case draining(broker: Int32)
    case goodbye(broker: Int32)
    /// Give up the connection with all that waits in it, and make a new one.
    case reconnect(broker: Int32)

    /// Queue the dispatch in hand as the job `slot`. It is not worth computing after `deadline`.
    case accept(slot: Int32, broker: Int32, deadline: Instant)
    /// Tell the broker that the dispatch in hand was not taken.
    case refuse(broker: Int32, RequestID)
    /// Answer the dispatch in hand with `deadline_exceeded`.
    case expire(broker: Int32)
    /// Drop the dispatch in hand: the broker has given the request to another already.
    case dropDispatch

    /// Send the answer in hand.
    case forward(broker: Int32)
    /// Drop the answer in hand: its broker is gone.
    case dropAnswer

    /// If the job `slot` still waits, take it out of the queue, answer it with `cancelled` and report it withdrawn; else
    /// have its computation stop where it can, and answer it.
    case cancel(slot: Int32, broker: Int32)
    /// Take all jobs of the broker that still wait out of the queue and report them withdrawn: its session is over.
    case abandon(broker: Int32)
    /// The same, and tell the broker that they were not taken.
    case handBack(broker: Int32)

    case note(WorkerNote)
}

/// What an operator may want to read in the log.
package enum WorkerNote: Sendable, Equatable {
    /// The broker welcomed the worker.
    case joined(broker: Int32)
    /// The session is over and the jobs that it had given are dropped: others compute them.
    case lost(broker: Int32, LossReason, dropped: Int)
    /// There is no connection since so long.
    case unreachable(broker: Int32, Instant.Span)
    /// There is a connection, but no welcome came since so long.
    case unanswered(broker: Int32, Instant.Span)
    /// The drain's time is over with so many jobs still held.
    case drainCutShort(held: Int)

    package enum LossReason: String, Sendable {
        /// The connection broke.
        case disconnected
        /// Nothing was heard for the liveness timeout.
        case silent
        /// The broker forgot the worker, as it does after a silence or a restart.
        case forgotten
        /// The broker does not read what the worker sends.
        case blocked
    }
}
