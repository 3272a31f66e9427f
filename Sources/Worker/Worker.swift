package import Logging
package import SibylInference
package import SibylTransport
internal import Synchronization

/// A worker on threads of its own: one for its sockets, and those that predict.
package final class Worker: Sendable {
    private let commands: Mailbox<WorkerCommand>
    private let thread: Mutex<SystemThread?>

    /// Begins to work for the brokers of `configuration`; those that can't be reached are tried again and again.
    ///
    /// - Parameters:
    ///   - models: what it serves until `serve` says otherwise.
    ///   - wish: told what an operator wishes of models, as the JSON of the message; called from the worker's thread, so
    ///     that it must not take long.
    /// - Throws: `TransportError` for an endpoint that can't be.
    package init(
        _ configuration: WorkerConfiguration, models: ModelSet, in context: Context = Context(), logger: Logger,
        wish: @escaping @Sendable ([UInt8]) -> Void = { _ in }
    ) throws(TransportError) {
        // A drain, a stop, and sets of models, which come seconds apart and are taken at once: the box never fills.
        let commands = Mailbox<WorkerCommand>(capacity: 16)
        let start = Handshake<TransportError?>()
        let thread = try SystemThread(name: "sibyl-worker") {
            do throws(TransportError) {
                var loop = try WorkerLoop(
                    configuration, models: models, in: context, commands: commands, wish: wish, logger: logger)
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

    /// Serves something else from now on. What was asked for before is computed by the models that it came for.
    ///
    /// - Returns: false when the worker is too busy to listen; say it again.
    @discardableResult
    package func serve(_ models: ModelSet) -> Bool {
        commands.send(.serve(models)) == .accepted
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
    case serve(ModelSet)
}
