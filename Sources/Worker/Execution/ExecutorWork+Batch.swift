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
    /// - Returns: what it cost, in items.
    mutating func advance(_ job: Job, from begin: Instant) -> Int {
        do throws(SibylError) {
            let batch = try batch(of: job, at: begin)
            guard try batch.isTakenApart(job) else { return BatchComputation.chunk }
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
            let batch = BatchComputation(capacity: job.payloadBytes)
            job.batch = batch
            return batch
        }
        if job.isDismissed { throw .cancelledByClient }
        if job.deadline <= now {
            throw SibylError(
                .deadlineExceeded,
                "the time ran out with \(batch.next) of \(batch.items.ranges.count) items computed; send fewer")
        }
        return batch
    }

    private mutating func predict(_ chunk: Range<Int>, of job: Job, into batch: BatchComputation) {
        outcomes.removeAll()
        let input = job.input
        let payloads = batch.items.ranges[chunk].map { UnsafeRawBufferPointer(rebasing: input[$0]) }
        job.model?.model.predict(payloads, into: &outcomes)
        for (offset, index) in chunk.enumerated() {
            let failure: PredictionError
            if offset < outcomes.outcomes.count {
                switch outcomes.outcomes[offset] {
                case .output(let range, _):
                    batch.writer.raw(outcomes.output(range))
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
        let span = AnswerWriter.Span(begin: begin, end: end, batchSize: batch.items.ranges.count)
        let output = batch.writer.written
        answers.answer(job, with: output, jsonLength: output.count, span, items: batch.errors)
    }
}
