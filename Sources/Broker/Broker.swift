package import Logging
package import SibylCore
package import SibylTransport
internal import Synchronization

/// A broker on a thread of its own.
///
/// Clients reach its frontend, workers its backend; both are ROUTER sockets that the thread alone touches. From outside
/// it can be asked to drain, and waited for.
package final class Broker: Sendable {
    /// The endpoints that were bound, with the ports that the system chose where 0 or `*` was asked for.
    package let frontend: String
    package let backend: String
    private let commands: Mailbox<BrokerCommand>
    private let thread: Mutex<SystemThread?>

    /// Binds both endpoints and starts to serve.
    ///
    /// - Parameter observer: told on the broker's thread of workers that come and go; it must not block.
    /// - Throws: `TransportError` when an endpoint can't be bound.
    package init(
        _ configuration: BrokerConfiguration, in context: Context = Context(), logger: Logger,
        observer: @escaping @Sendable (BrokerNote) -> Void = { _ in }
    ) throws(TransportError) {
        // A drain and a stop, each perhaps asked for twice: the box never fills.
        let commands = Mailbox<BrokerCommand>(capacity: 16)
        let start = Handshake<Result<BoundEndpoints, TransportError>>()
        let thread = try SystemThread(name: "sibyl-broker") {
            do throws(TransportError) {
                var loop = try BrokerLoop(configuration, in: context, commands: commands, logger: logger)
                loop.observer = observer
                start.give(.success(loop.endpoints))
                loop.run()
            } catch {
                start.give(.failure(error))
            }
        }
        let endpoints = try start.wait().get()
        self.commands = commands
        self.thread = Mutex(consume thread)
        frontend = endpoints.frontend
        backend = endpoints.backend
    }

    /// Takes no new requests, finishes those that were accepted within the configured time, then ends.
    package func drain() {
        _ = commands.send(.drain)
    }

    /// Ends at once and answers nobody: for who has drained already, or can't wait.
    package func stop() {
        _ = commands.send(.stop)
    }

    /// Waits until the broker has ended. Returns at once when somebody waited before.
    package func wait() {
        thread.withLock { $0.take() }?.join()
    }
}

struct BoundEndpoints: Sendable {
    var frontend: String
    var backend: String
}

enum BrokerCommand: Sendable {
    case drain, stop
}
