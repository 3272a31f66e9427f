package import SibylProtocol

/// What a broker does next. The shell runs effects in order and calls the core again only after the last.
///
/// Nothing here is counted by reference, so that a list of effects is written, copied and emptied at no cost.
package enum BrokerEffect: Sendable, Equatable {
    /// Send the request in `slot` to a worker, and keep its bytes: the worker may be lost.
    case dispatch(slot: Int32, worker: PeerID, WorkerMessage.Dispatch)
    /// Send the answer in hand to the client of `slot`, and free the slot.
    case forward(slot: Int32, client: PeerID)
    /// Answer the client of `slot` with an error, and free the slot.
    case refuse(slot: Int32, client: PeerID, Refusal)
    /// Answer the client of `slot` with an error; its bytes can go, but the slot stays taken until it is freed.
    case refuseAndKeep(slot: Int32, client: PeerID, Refusal)
    /// Let the bytes of `slot` go, whose client is gone; the slot stays taken until it is freed.
    case forget(slot: Int32)
    /// Free a slot whose client has its answer or is gone.
    case free(slot: Int32)
    /// Drop the answer in hand: nobody waits for it.
    case dropAnswer
    /// Find the route of the request in `slot` again, and tell the core.
    case route(slot: Int32, RequestID)
    case cancel(worker: PeerID, RequestID)
    case ping(worker: PeerID)
    case welcome(worker: PeerID, WorkerMessage.Welcome)
    /// Ask a sender that the broker doesn't know to say hello.
    case introduce(worker: PeerID)
}

/// Why a request gets an error.
package enum Refusal: Sendable, Equatable {
    case modelNotFound
    case versionNotFound
    /// The model is known, but no live worker serves it.
    case noWorker
    case draining
    /// The queue is full; trying again is worth while after so long, where the drain rate is known.
    case overloaded(retryAfter: Instant.Span?)
    case deadlineExceeded
    case cancelled
    case workerLost(attempts: UInt32)

    package var code: ErrorCode {
        switch self {
        case .modelNotFound: .modelNotFound
        case .versionNotFound: .versionNotFound
        case .noWorker, .draining: .unavailable
        case .overloaded: .overloaded
        case .deadlineExceeded: .deadlineExceeded
        case .cancelled: .cancelled
        case .workerLost: .workerLost
        }
    }
}

/// What an operator may want to read in the log.
package enum BrokerNote: Sendable, Equatable {
    /// `process` is the id that the worker told of itself; 0 for none.
    case workerJoined(name: String, process: UInt32, models: [String], capacity: UInt32)
    case modelsChanged(name: String, models: [String])
    case workerDraining(name: String)
    case workerLeft(name: String)
    case workerLost(name: String, reason: LossReason, requeued: Int)
    case announcementRefused(name: String, reason: String)

    package enum LossReason: String, Sendable {
        case disconnected, silent, reintroduced
    }
}
