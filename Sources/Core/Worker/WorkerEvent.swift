package import SibylProtocol

/// What happens to a worker. Brokers are named by their place in its configuration, jobs by the slot that the core
/// gave them.
package enum WorkerEvent: Sendable {
    /// Messages flow to and from the broker.
    case connected(broker: Int32)
    case disconnected(broker: Int32)
    /// The socket did not take a message to the broker.
    case unsent(broker: Int32)
    case welcome(broker: Int32, WorkerMessage.Welcome)
    case ping(broker: Int32)
    /// The broker doesn't know the worker.
    case introduce(broker: Int32)
    /// A request, whose bytes are in the shell's hands until its effects have run.
    case dispatch(broker: Int32, WorkerMessage.Dispatch)
    /// A request for a model that the worker has given up.
    case stray(broker: Int32, RequestID)
    /// The worker serves other models from now on.
    case modelsChanged
    /// The broker takes a request back.
    case cancel(broker: Int32, RequestID)
    /// A job's answer is there; its bytes are in the shell's hands until its effects have run.
    case finished(slot: Int32)
    /// A job was taken out of the queue, as an effect had asked for, and nothing computes it.
    case withdrawn(slot: Int32)
    /// Finish what was accepted and leave.
    case drain
    /// Leave now.
    case stop
    /// Nothing but time.
    case tick
}
