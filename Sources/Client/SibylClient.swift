internal import SibylCore
@_exported public import SibylJSON
@_exported public import SibylProtocol
internal import SibylTransport
internal import Synchronization

/// A client of Sibyl: asks brokers, or workers that serve alone.
///
///     let client = try SibylClient("tcp://127.0.0.1:5555")
///     let output: IrisOutput = try await client.predict("iris_model", IrisInput(...))
///
/// Any number of tasks may use one client at once; its sockets live on one thread of its own. Every call ends: with the
/// answer, with the server's error, or with an error of the client's own by the call's deadline at the latest. All
/// errors are `SibylError`. Cancelling a task cancels its call, on the server too.
public final class SibylClient: Sendable {
    public let endpoints: [String]
    private let timeout: Duration
    private let commands: Mailbox<ClientCommand>
    /// Beside the mailbox, which may be full: a close must get through.
    private let closing: Wakeup
    private let thread: Mutex<SystemThread?>

    /// Begins to connect; that a server can't be reached yet is no error.
    ///
    /// - Throws: `SibylError` for an endpoint that can't be one.
    public init(_ configuration: ClientConfiguration) throws(SibylError) {
        guard !configuration.endpoints.isEmpty else {
            throw SibylError(.internal, "a client needs at least one endpoint, such as tcp://127.0.0.1:5555")
        }
        endpoints = configuration.endpoints
        timeout = configuration.timeout
        // Calls and their cancels.
        let commands = Mailbox<ClientCommand>(capacity: configuration.maximumCalls * 2)
        let closing = Wakeup()
        let start = Handshake<TransportError?>()
        let thread: SystemThread
        do {
            thread = try SystemThread(name: "sibyl-client") {
                do throws(TransportError) {
                    var loop = try ClientLoop(configuration, commands: commands, closing: closing)
                    start.give(nil)
                    loop.run()
                } catch {
                    start.give(error)
                }
            }
        } catch {
            throw SibylError(.internal, error.message, cause: error)
        }
        if let error = start.wait() { throw SibylError(.internal, error.message, cause: error) }
        self.commands = commands
        self.closing = closing
        self.thread = Mutex(consume thread)
    }

    public convenience init(_ endpoints: String...) throws(SibylError) {
        try self.init(endpoints.isEmpty ? ClientConfiguration() : ClientConfiguration(endpoints: endpoints))
    }

    deinit {
        close()
    }

    /// Ends the client: calls that wait fail with `cancelled`, and so does every later one.
    public func close() {
        closing.signal()
        thread.withLock { $0.take() }?.join()
    }

    // MARK: - Calls

    /// Sends a request and waits for its reply, of either outcome.
    func call(_ head: RequestHead, payload: [UInt8], timeout: Duration?) async throws(SibylError) -> Reply {
        let call = PendingCall(head, payload: payload, timeout: Self.span(timeout ?? self.timeout))
        let reply: Result<Reply, SibylError> = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                call.begin(continuation)
                switch commands.send(.call(call)) {
                case .accepted: break
                case .full: call.finish(.failure(Failures.overloaded))
                case .closed: call.finish(.failure(Failures.closed))
                }
            }
        } onCancel: {
            // A box that is full or closed loses it: then the deadline ends the call, or the close has.
            _ = commands.send(.cancel(call))
        }
        let received = try reply.get()
        if let error = received.envelope.error { throw error }
        return received
    }

    private static func span(_ duration: Duration) -> Instant.Span {
        let (seconds, attoseconds) = duration.components
        let whole = Instant.Span.seconds(seconds).nanoseconds
        let (sum, overflow) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return Instant.Span(nanoseconds: overflow ? .max : max(0, sum))
    }
}
