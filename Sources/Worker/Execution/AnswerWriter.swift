internal import SibylCore
internal import SibylInference
internal import SibylJSON
internal import SibylModel
internal import SibylProtocol
internal import SibylTransport

/// Writes the answers of jobs: the broker's header, the client's reply.
struct AnswerWriter: ~Copyable {
    /// When and with how many others a job was computed.
    struct Span {
        var begin: Instant
        var end: Instant
        var batchSize: Int
    }

    private var writer = JSONWriter(capacity: 1024)

    // MARK: - Outputs

    /// - Parameters:
    ///   - jsonLength: how many bytes of the output are JSON.
    ///   - items: the errors of a batch's items.
    mutating func answer(
        _ job: Job, with output: UnsafeRawBufferPointer, jsonLength: Int, _ span: Span, items: [ItemError] = []
    ) {
        let header = header(of: job, failure: nil, span)
        // What is served has its words ready; a job always has whom it came for until it is answered.
        guard var head = job.model?.head else { return }
        head.timing = Timing(
            queueMicroseconds: Int(header.queued), computeMicroseconds: Int(header.computed),
            batchSize: span.batchSize)
        head.itemErrors = items
        head.contentType = job.form.contentType
        head.jsonLength = jsonLength
        writer.removeAll()
        let isTwoFrames = job.dispatch.flags.isTwoFrames
        head.write(id: job.id, output: isTwoFrames ? nil : output, to: &writer)
        if isTwoFrames {
            Self.put(header, writer.written, output, into: job)
        } else {
            Self.put(header, Self.nothing, writer.written, into: job)
        }
        job.clear()
    }

    // MARK: - Errors

    /// Answers with an error, which is one frame in either shape.
    mutating func refuse(_ job: Job, _ error: SibylError, at now: Instant, _ span: Span? = nil) {
        if job.envelope == nil { job.scan() }
        let span = span ?? Span(begin: now, end: now, batchSize: 0)
        writer.removeAll()
        ReplyWriter.writeError(error, id: job.id, to: &writer)
        Self.put(header(of: job, failure: error.code, span), Self.nothing, writer.written, into: job)
        job.clear()
    }

    // MARK: - Frames

    private func header(of job: Job, failure: ErrorCode?, _ span: Span) -> WorkerMessage.Answer {
        let waited = UInt32(clamping: (span.begin - job.arrived).microseconds)
        let (queued, overflow) = job.dispatch.queued.addingReportingOverflow(waited)
        let flags = job.dispatch.flags
        return WorkerMessage.Answer(
            request: job.dispatch.request, failure: failure, queued: overflow ? .max : queued,
            computed: UInt32(clamping: (span.end - span.begin).microseconds), items: UInt32(clamping: span.batchSize),
            flags: failure == nil ? .init(isTwoFrames: flags.isTwoFrames, isBatch: flags.isBatch) : .failed)
    }

    private static var nothing: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }

    /// Puts an answer into a job, an output that is short behind the rest, unless a batch's errors make that long.
    private static func put(
        _ header: WorkerMessage.Answer, _ envelope: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer,
        into job: Job
    ) {
        let isShort = payload.count <= WorkerMessage.joinedBytes && envelope.count <= Int(UInt16.max)
        var header = header
        header.envelopeBytes = isShort ? UInt32(envelope.count) : 0
        job.clearAnswer()
        job.answerHead.append(count: WorkerMessage.Answer.byteCount) { header.write(to: $0) }
        job.answerHead.append(count: envelope.count) { $0.copyMemory(from: envelope) }
        if isShort {
            job.answerHead.append(count: payload.count) { $0.copyMemory(from: payload) }
        } else {
            job.answerBody.replace(with: Message(copying: payload))
            job.isAnswerLong = true
        }
    }
}

extension PayloadForm {
    /// The content type of a payload and of its output.
    fileprivate var contentType: ContentType {
        switch self {
        case .json: .json
        case .openInference: .openInference
        case .openInferenceBinary: .openInferenceBinary
        }
    }
}
