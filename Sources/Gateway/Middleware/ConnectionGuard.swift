internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes

/// Stands between a connection's parser and the server: ends slow requests with 408, answers what is no HTTP with 400
/// or 431 after the answers that are still due, and closes connections whose state is no longer known.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: HTTPLimits
    private var state = ConnectionState()
    private var pace: RequestPace
    /// What is to be answered when all that came before it is.
    private var failure: ConnectionFailure?
    private var isOver = false
    private var timer: (task: Scheduled<Void>, deadline: NIODeadline)?
    /// A stream of HTTP/2 has no connection of its own to tell of or to close.
    private var isStream = false
    /// The parser swallows the bytes of a half head: a read without a part tells of them.
    private var hasReadPart = false

    init(limits: HTTPLimits) {
        self.limits = limits
        pace = RequestPace(limits: limits)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { stopTimer() }

    func channelInactive(context: ChannelHandlerContext) {
        isOver = true
        stopTimer()
        context.fireChannelInactive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        // A connection's parent is the listening socket, a stream's is its connection.
        isStream = context.channel.parent?.parent != nil
        if isStream { return }
        pace.awaitFirst(now: .now())
        schedule(context)
    }

    // MARK: - Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasReadPart = true
        if isOver || failure != nil { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            state.readHead(closes: Self.closes(head.headerFields))
            pace.readHead()
        case .body(let bytes):
            pace.readBody(bytes.readableBytes, now: .now())
        case .end:
            state.readEnd()
            pace.readEnd()
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !hasReadPart, !isStream, !isOver, state.unanswered == 0 {
            pace.readHalfHead(now: .now())
            schedule(context)
        }
        hasReadPart = false
        context.fireChannelReadComplete()
    }

    /// Comes when the server takes more of the body, not while it is busy with what it has.
    func read(context: ChannelHandlerContext) {
        if state.isReading, !isOver {
            pace.awaitBody(now: .now())
            schedule(context)
        }
        context.read()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        fail(context, ConnectionFailure(error))
    }

    // MARK: - Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isOver else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(var head) where head.status.kind != .informational:
            if state.writeHead(isRefusal: head.status.code >= 400, closes: Self.closes(head.headerFields)), !isStream {
                head.headerFields[.connection] = "close"
            }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end:
            if state.writeEnd(), !isStream { return end(context, data, promise) }
            context.write(data, promise: promise)
            afterAnswer(context)
        default:
            context.write(data, promise: promise)
        }
    }

    private func afterAnswer(_ context: ChannelHandlerContext) {
        if let failure, state.isNextToAnswer { return send(failure, context) }
        if state.unanswered == 0, !isStream {
            pace.awaitNext(now: .now())
            schedule(context)
        }
    }

    private func fail(_ context: ChannelHandlerContext, _ failure: ConnectionFailure) {
        if isOver || self.failure != nil { return }
        self.failure = failure
        stopTimer()
        if state.isNextToAnswer {
            send(failure, context)
        } else if state.isCutOff {
            isOver = true
            context.close(promise: nil)
        }
    }

    private func send(_ failure: ConnectionFailure, _ context: ChannelHandlerContext) {
        let body = failure.body
        var fields: HTTPFields = [.contentType: "application/json"]
        if !isStream { fields[.connection] = "close" }
        fields[.contentLength] = String(body.readableBytes)
        context.write(wrapOutboundOut(.head(HTTPResponse(status: failure.status, headerFields: fields))), promise: nil)
        context.write(wrapOutboundOut(.body(body)), promise: nil)
        end(context, wrapOutboundOut(.end(nil)), nil)
    }

    /// Closed in two steps: to close at once while the client still sends would reset the connection, and the answer
    /// would be lost.
    private func end(_ context: ChannelHandlerContext, _ data: NIOAny, _ promise: EventLoopPromise<Void>?) {
        isOver = true
        stopTimer()
        let channel = context.channel
        let written = promise ?? context.eventLoop.makePromise()
        written.futureResult.whenComplete { _ in channel.close(mode: .output, promise: nil) }
        context.writeAndFlush(data, promise: written)
        // Long enough for an answer to arrive across the world, short enough for a client that never closes.
        let closing = channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in closing.cancel() }
        // What still comes is read, so that the end is seen, and dropped.
        context.read()
    }

    // MARK: - Time

    /// One timer for the connection, which looks when it is due whether the deadline has moved: to set one for every
    /// request would cost more than the request's parsing.
    private func schedule(_ context: ChannelHandlerContext) {
        guard let deadline = pace.deadline else { return }
        if let timer, timer.deadline <= deadline { return }
        timer?.task.cancel()
        let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.look(context) }
        timer = (task, deadline)
    }

    private func look(_ context: ChannelHandlerContext) {
        timer = nil
        guard !isOver, let deadline = pace.deadline else { return }
        guard deadline <= .now() else { return schedule(context) }
        if pace.isIdle {
            isOver = true
            context.close(promise: nil)
        } else {
            fail(context, .tooSlow)
        }
    }

    private func stopTimer() {
        timer?.task.cancel()
        timer = nil
    }

    private static func closes(_ fields: HTTPFields) -> Bool {
        guard let list = fields[.connection] else { return false }
        return list.split(separator: ",").contains { item in
            item.drop { $0 == " " }.prefix { $0 != " " }.lowercased() == "close"
        }
    }
}

@available(*, unavailable)
extension ConnectionGuard: Sendable {}
