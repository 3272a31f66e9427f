package import Logging
package import SibylTransport
internal import Synchronization

/// A worker on threads of its own: one for its sockets, and those that predict.
package final class Worker: Sendable {
    private let commands: Mailbox<WorkerCommand>
    private let thread: Mutex<SystemThread?>

    /// Begins to work for the brokers of `configuration`; those that can't be reached are tried again and again.
    ///
    /// - Throws: `TransportError` for an endpoint that can't be.
    package init(
        _ configuration: WorkerConfiguration, models: ModelManager, in context: Context = Context(), logger: Logger
    ) throws(TransportError) {
        // A drain and a stop, each perhaps asked for twice: the box never fills.
        let commands = Mailbox<WorkerCommand>(capacity: 16)
        let start = Handshake<TransportError?>()
        let thread = try SystemThread(name: "sibyl-worker") {
            do throws(TransportError) {
                var loop = try WorkerLoop(
                    configuration, models: models, in: context, commands: commands, logger: logger)
                start.give(nil)
                loop.run()
            } catch {
                start.give(error)
            }
        }
        if let error = start.wait() { throw error }
        self.commands = commands
        self.thread = Mutex(consume thread)
    }

    /// Takes no new requests, answers those that were accepted within the configured time, then ends.
    package func drain() {
        _ = commands.send(.drain)
    }

    /// Gives back what waits and ends.
    package func stop() {
        _ = commands.send(.stop)
    }

    /// Waits until the worker has ended. Returns at once when somebody waited before.
    package func wait() {
        thread.withLock { $0.take() }?.join()
    }
}

enum WorkerCommand: Sendable {
    case drain, stop
}
