internal import SibylCore
internal import SibylJSON
internal import SibylModel
internal import SibylProtocol
internal import SibylTransport

/// Requests that are batches: an array of inputs in, an array of outputs out, null for an item that failed.
extension ExecutorWork {
    /// Failed items whose every violation is told; of more, only the message is, or a batch of nonsense would be
    /// answered with a multiple of its size.
    private static let detailed = 100

    /// Computes the next chunk of a batch, and answers it after the last, or when it is not to go on. A job that is
    /// answered has no `batch`.
    ///
    /// - Returns: how many items it was.
    mutating func advance(_ job: Job, from begin: Instant) -> Int {
        do throws(SibylError) {
            let batch = try batch(of: job, at: begin)
            let chunk = batch.nextChunk()
            if !chunk.isEmpty { predict(chunk, of: job, into: batch) }
            let end = Instant(nanoseconds: MonotonicClock.nanoseconds())
            batch.computed.nanoseconds += (end - begin).nanoseconds
            if batch.isComplete { answer(job, with: batch, at: end) }
            return chunk.count
        } catch {
            answers.refuse(job, error, at: begin)
            return 0
        }
    }

    /// The batch as far as it is computed, unless it should not go on.
    private func batch(of job: Job, at now: Instant) throws(SibylError) -> BatchComputation {
        guard let batch = job.batch else {
            if let error = objection(to: job, at: now) { throw error }
            let batch = try BatchComputation(of: job)
            job.batch = batch
            return batch
        }
        if job.isDismissed { throw .cancelledByClient }
        if job.deadline <= now {
            throw SibylError(
                .deadlineExceeded,
                "the time ran out with \(batch.next) of \(batch.items.count) items computed; send fewer")
        }
        return batch
    }

    private mutating func predict(_ chunk: Range<Int>, of job: Job, into batch: BatchComputation) {
        outcomes.removeAll()
        job.withInput { payload in
            let payloads = batch.items[chunk].map { UnsafeRawBufferPointer(rebasing: payload[$0]) }
            context.models.models[job.model].predict(payloads, into: &outcomes)
        }
        for (offset, index) in chunk.enumerated() {
            let failure: PredictionError
            if offset < outcomes.outcomes.count {
                switch outcomes.outcomes[offset] {
                case .output(let range):
                    outcomes.bytes[range].withUnsafeBytes { batch.writer.raw($0) }
                    continue
                case .failure(let error): failure = error
                }
            } else {
                failure = PredictionError(.failed, "the model gave no output")
            }
            batch.writer.null()
            var error = SibylError(failure)
            if batch.errors.count >= Self.detailed { error.details = [] }
            batch.errors.append(ItemError(index: index, error: error))
        }
    }

    private mutating func answer(_ job: Job, with batch: BatchComputation, at end: Instant) {
        batch.writer.endArray()
        // The time between its turns counts as waiting.
        let begin = Instant(nanoseconds: end.nanoseconds - batch.computed.nanoseconds)
        let span = AnswerWriter.Span(begin: begin, end: end, batchSize: batch.items.count)
        answers.answer(job, with: batch.writer.bytes[...], span, items: batch.errors)
    }
}

/// A batch that is computed chunk by chunk, with other work in between: what is done, and what is next.
final class BatchComputation {
    /// Items predicted at once: enough for a model that computes them together, few enough for who waits meanwhile.
    private static let chunk = 64

    /// Where each item stands in the input.
    let items: [Range<Int>]
    /// The first item that is not computed.
    private(set) var next = 0
    /// The array of outputs so far.
    var writer: JSONWriter
    var errors: [ItemError] = []
    /// The time that its turns took.
    var computed = Instant.Span.zero

    /// - Throws: as `BatchPayload.items`.
    init(of job: Job) throws(SibylError) {
        items = try job.withInput { input in
            Result { () throws(SibylError) in try BatchPayload.items(of: input) }
        }.get()
        writer = JSONWriter(capacity: job.body.count)
        writer.beginArray()
    }

    var isComplete: Bool { next == items.count }

    /// The items of the next turn.
    func nextChunk() -> Range<Int> {
        let chunk = next..<min(next + Self.chunk, items.count)
        next = chunk.upperBound
        return chunk
    }
}

/// The array of a batch, taken apart.
enum BatchPayload {
    /// Where each item stands.
    ///
    /// - Throws: `malformed_payload` for what is no JSON, `invalid_input` for what is no array, `payload_too_large`.
    static func items(of payload: UnsafeRawBufferPointer) throws(SibylError) -> [Range<Int>] {
        var items: [Range<Int>] = []
        do throws(JSONError) {
            var parser = JSONParser(payload)
            guard try parser.peek() == .array else {
                throw JSONError(code: .type, message: "with 'batch' the input is an array of inputs", offset: 0)
            }
            try parser.beginArray()
            while try parser.nextElement() {
                items.append(try parser.skipValue())
                if items.count > WireLimits.batchItems { break }
            }
            if items.count <= WireLimits.batchItems { try parser.finish() }
        } catch {
            throw refusal(error)
        }
        guard items.count <= WireLimits.batchItems else {
            throw SibylError(
                .payloadTooLarge, "a batch has at most \(WireLimits.batchItems) items; send it in parts")
        }
        return items
    }

    private static func refusal(_ error: JSONError) -> SibylError {
        guard error.code == .type else {
            return SibylError(.malformedPayload, "the payload is not JSON: \(error)")
        }
        return SibylError(.invalidInput, error.message, details: [ErrorDetail(path: "", message: "must be an array")])
    }
}
