internal import NIOCore
internal import NIOHTTPTypes
internal import Synchronization

/// Which requests wait for an answer on which connection, so that one whose client went away is cancelled, in the broker's
/// queue too. Hummingbird's own way of watching for that costs the connection at each answer.
final class Disconnects: Sendable {
    private let waiting = Mutex<[ObjectIdentifier: WaitingTask]>([:])

    /// Runs what waits for an answer; the task is cancelled when the client closes the connection meanwhile, or its half of
    /// it: that is how one that has gone looks until something is written to it. A connection has one request in hand at a
    /// time, and a stream of HTTP/2 is a channel of its own.
    func cancelling<Value: Sendable>(
        on channel: any Channel, _ operation: () async throws -> Value
    ) async throws -> Value {
        let key = ObjectIdentifier(channel)
        return try await withUnsafeCurrentTask { task in
            if let task { waiting.withLock { $0[key] = WaitingTask(task: task) } }
            defer { waiting.withLock { _ = $0.removeValue(forKey: key) } }
            return try await operation()
        }
    }

    fileprivate func closed(_ channel: any Channel) {
        // Under the lock, as the task must not end meanwhile.
        waiting.withLock { $0[ObjectIdentifier(channel)]?.task.cancel() }
    }

    /// For one connection's pipeline.
    func handler() -> any RemovableChannelHandler { DisconnectHandler(self) }
}

// Sendable, as `cancel` may be called from any thread while the task runs.
private struct WaitingTask: @unchecked Sendable {
    let task: UnsafeCurrentTask
}

private final class DisconnectHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart

    private let disconnects: Disconnects

    init(_ disconnects: Disconnects) {
        self.disconnects = disconnects
    }

    func channelInactive(context: ChannelHandlerContext) {
        disconnects.closed(context.channel)
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed { disconnects.closed(context.channel) }
        context.fireUserInboundEventTriggered(event)
    }
}
