internal import SibylCore
internal import SibylProtocol
internal import SibylTransport

/// One call from the caller's task to the socket's thread and back.
final class PendingCall: @unchecked Sendable {
    // Sendable because the caller writes it before it is sent, and the socket's thread alone touches it from then on.

    var head: RequestHead
    /// Kept until the answer is there: a broken connection means sending it again.
    var payload: Message
    let timeout: Instant.Span
    /// The core's name for it; -1 before it has one and after its end.
    var slot: Int32 = -1
    var isCancelled = false
    // Unsafe, for it costs no allocation; `finish` sees to it that it is resumed once, and the core that it is at all.
    private var continuation: UnsafeContinuation<Result<Reply, SibylError>, Never>?

    init(_ head: RequestHead, payload: [UInt8], timeout: Instant.Span) {
        self.head = head
        self.payload = Message(payload)
        self.timeout = timeout
    }

    func begin(_ continuation: UnsafeContinuation<Result<Reply, SibylError>, Never>) {
        self.continuation = continuation
    }

    /// Resumes the caller; the first end counts.
    func finish(_ result: Result<Reply, SibylError>) {
        continuation?.resume(returning: result)
        continuation = nil
    }
}

/// A reply: its envelope, and the output beside it or in it.
final class Reply: Sendable {
    let envelope: ReplyEnvelope
    private let frame: Message
    /// Where in the frame the output stands.
    private let output: Range<Int>

    init(envelope: ReplyEnvelope, frame: consuming Message, output: Range<Int>) {
        self.envelope = envelope
        self.frame = frame
        self.output = output
    }

    func withOutput<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try frame.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[output])) }
    }
}

enum ClientCommand: Sendable {
    case call(PendingCall)
    case cancel(PendingCall)
}
