internal import SibylCore
internal import SibylInference
internal import SibylJSON
internal import SibylProtocol
internal import SibylTransport
internal import Synchronization

/// One dispatched request on its way through a worker: from the socket's thread to an executor's and back.
///
/// Jobs are used again, so that a request allocates none. They don't move, so that pointers to their bytes are valid
/// until they are cleared, also where libzmq keeps a short frame inside its message.
final class Job: @unchecked Sendable {
    // Sendable because it has one owner at a time: the queue and the outbox hand it over under their locks. The session
    // alone touches `dismissed` besides, which is atomic.

    /// Bytes of room that each of its buffers keeps for the next request: there are as many jobs as the credit allows, and
    /// one large request each would else take memory for good.
    private static let keptRoom = 4_096

    /// The session's name for it.
    var slot: Int32 = 0
    var broker: Int32 = 0
    var dispatch = WorkerMessage.Dispatch(request: 0, model: 0, timeLeft: 0, queued: 0, attempt: 0, flags: [])
    /// Whom it came for; there from acceptance to answer.
    var model: LoadedModel?
    var arrived = Instant(nanoseconds: 0)
    var deadline = Instant.distantFuture

    /// The dispatch: its header, the client's envelope in the two-frame shape, and a payload that is short.
    private var head = ByteBuffer(capacity: 512)
    /// A payload, or in the one-frame shape the client's message, that is long.
    private var body = Message()
    /// What is in them.
    private var parts = WorkerMessage.Parts()

    /// The client's envelope, once it was scanned.
    private(set) var envelope: RequestEnvelope?
    /// What the payload is, once the envelope's content type was looked at.
    var form = PayloadForm.json
    /// A batch of which a part is taken apart or computed.
    var batch: BatchComputation?
    /// Its place in the order in which jobs came; of the scheduler.
    var sequence: UInt64 = 0

    /// The answer: a header, behind it the reply's envelope in the two-frame shape, and an output that is short.
    var answerHead = ByteBuffer(capacity: 512)
    /// The output, or in the one-frame shape the whole reply, when it is long; else empty.
    var answerBody = Message()
    var isAnswerLong = false

    private let dismissed = Atomic(false)

    var isBatch: Bool { dispatch.flags.isBatch }
    /// Whether it is a batch whose items are not all known.
    var isToBeTakenApart: Bool { isBatch && batch?.items.isComplete != true }
    /// Items to compute; 1 for a batch that is not taken apart.
    var itemsLeft: Int { batch?.itemsLeft ?? 1 }
    var priority: Priority { dispatch.flags.isBulk ? .bulk : .interactive }

    /// Takes a dispatch: copies what is short.
    func take(_ message: UnsafeRawBufferPointer) {
        head.append(count: message.count) { $0.copyMemory(from: message) }
        setParts(nil)
    }

    func take(_ message: UnsafeRawBufferPointer, payload: inout Message) {
        head.append(count: message.count) { $0.copyMemory(from: message) }
        body.replace(with: payload.take())
        setParts(body.bytesInPlace())
    }

    /// How many bytes the payload has; in the one-frame shape the client's whole message.
    var payloadBytes: Int { parts.payload.count }

    private func setParts(_ second: UnsafeRawBufferPointer?) {
        let read = WorkerMessage.Parts(head.bytes, second, envelopeBytes: Int(dispatch.envelopeBytes))
        parts = read ?? WorkerMessage.Parts()
    }

    /// Lets the request's bytes go.
    func clear() {
        parts = WorkerMessage.Parts()
        head.removeAll(keeping: Self.keptRoom)
        body.clear()
        model = nil
        envelope = nil
        form = .json
        batch = nil
    }

    /// Lets the answer's bytes go.
    func clearAnswer() {
        answerHead.removeAll(keeping: Self.keptRoom)
        if isAnswerLong { answerBody.clear() }
        isAnswerLong = false
    }

    /// Whether nobody waits for the answer any more: an executor that has it stops where it can.
    var isDismissed: Bool {
        get { dismissed.load(ordering: .relaxed) }
        set { dismissed.store(newValue, ordering: .relaxed) }
    }

    /// Scans the client's envelope, which the broker has found to be right; a broker that passes on anything else is no
    /// reason to fall.
    func scan() {
        envelope = try? RequestEnvelope(scanning: envelopeBytes)
    }

    /// The input's bytes, once the envelope was scanned; valid until the job is cleared.
    var input: UnsafeRawBufferPointer {
        let payload = parts.payload
        return dispatch.flags.isTwoFrames ? payload : envelope?.input.bytes(in: payload) ?? payload
    }

    /// The raw JSON text of the request's id, empty for none; valid until the job is cleared.
    var id: UnsafeRawBufferPointer {
        envelope?.id.bytes(in: envelopeBytes) ?? UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// The client's envelope; valid until the job is cleared.
    var envelopeBytes: UnsafeRawBufferPointer {
        dispatch.flags.isTwoFrames ? parts.envelope : parts.payload
    }
}
