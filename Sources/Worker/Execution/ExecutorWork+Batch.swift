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

    /// Takes the next part of a batch apart; answers it if that can't be, or if there is nothing in it.
    mutating func takeApart(_ run: inout Run) {
        guard let job = run.jobs.first else { return }
        do throws(SibylError) {
            if let error = objection(to: job, at: run.begin) { throw error }
            let batch = job.batch ?? BatchComputation(capacity: job.payloadBytes)
            job.batch = batch
            try batch.takeApart(job.input)
            // The last part goes along with the items.
            if !batch.items.isComplete { run.items = BatchScheduler.itemsOfTakingApart }
            if batch.isComplete { answer(job, with: batch, at: Instant(nanoseconds: MonotonicClock.nanoseconds())) }
        } catch {
            answers.refuse(job, error, at: run.begin)
        }
    }

    /// Why a batch does not go on.
    func objection(to batch: BatchComputation, of job: Job, at now: Instant) -> SibylError? {
        if job.isDismissed { return .cancelledByClient }
        guard job.deadline <= now else { return nil }
        let (done, all) = (batch.turn.lowerBound, batch.items.ranges.count)
        return SibylError(
            .deadlineExceeded, "the time ran out with \(done) of \(all) items computed; send fewer")
    }

    /// Keeps the outcomes of a batch's turn.
    ///
    /// - Parameter first: the place of the first.
    mutating func keep(from first: Int, for batch: BatchComputation) {
        for (offset, index) in batch.turn.enumerated() {
            let failure: PredictionError
            if first + offset < outcomes.outcomes.count {
                switch outcomes.outcomes[first + offset] {
                case .output(let range, _):
                    batch.writer.raw(outcomes.output(range))
                    continue
                case .failure(let error): failure = error
                }
            } else {
                failure = .noOutput
            }
            batch.writer.null()
            var error = SibylError(failure)
            if batch.errors.count >= Self.detailed { error.details = [] }
            batch.errors.append(ItemError(index: index, error: error))
        }
    }

    mutating func answer(_ job: Job, with batch: BatchComputation, at end: Instant) {
        batch.writer.endArray()
        // The time between its turns counts as waiting.
        let begin = Instant(nanoseconds: end.nanoseconds - batch.computed.nanoseconds)
        let span = AnswerWriter.Span(begin: begin, end: end, batchSize: batch.items.ranges.count)
        let output = batch.writer.written
        answers.answer(job, with: output, jsonLength: output.count, span, items: batch.errors)
    }
}
