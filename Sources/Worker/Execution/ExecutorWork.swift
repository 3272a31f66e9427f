internal import SibylCore
internal import SibylJSON
internal import SibylModel
internal import SibylProtocol
internal import SibylTransport

/// What an executor does with jobs: reads their payloads, has the model predict, writes their answers. Its buffers are
/// used again and again.
struct ExecutorWork: ~Copyable {
    let context: ExecutorContext
    var answers: AnswerWriter
    var outcomes = PredictionOutcomes()
    private var payloads: [UnsafeRawBufferPointer] = []
    /// The jobs that the payloads belong to.
    private var computed: [Job] = []

    init(_ context: ExecutorContext) {
        self.context = context
        answers = AnswerWriter(models: context.models, worker: context.worker)
    }

    /// Computes jobs of one model together.
    mutating func compute(_ jobs: [Job], from begin: Instant) {
        payloads.removeAll(keepingCapacity: true)
        computed.removeAll(keepingCapacity: true)
        for job in jobs {
            if let error = objection(to: job, at: begin) {
                answers.refuse(job, error, at: begin)
            } else {
                payloads.append(job.input)
                computed.append(job)
            }
        }
        guard let first = computed.first else { return }
        outcomes.removeAll()
        context.models.models[first.model].predict(payloads, into: &outcomes)
        let end = Instant(nanoseconds: MonotonicClock.nanoseconds())
        for (index, job) in computed.enumerated() {
            let span = AnswerWriter.Span(begin: begin, end: end, batchSize: computed.count)
            // A model of the server's own gives one outcome each; were one missing, its client must hear of it.
            guard index < outcomes.outcomes.count else {
                answers.refuse(job, SibylError(.predictionFailed, "the model gave no output"), at: begin)
                continue
            }
            switch outcomes.outcomes[index] {
            case .output(let range, _): answers.answer(job, with: outcomes.output(range), span)
            case .failure(let error): answers.refuse(job, SibylError(error), at: begin, span)
            }
        }
    }

    /// Why a job is not computed.
    func objection(to job: Job, at now: Instant) -> SibylError? {
        job.scan()
        if job.isDismissed { return .cancelledByClient }
        if job.deadline <= now {
            return SibylError(.deadlineExceeded, "the time ran out while the request waited for a worker")
        }
        guard job.model < context.models.models.count else {
            return SibylError(.internal, "the worker has no model number \(job.model)")
        }
        return objection(toContentTypeOf: job)
    }

    private func objection(toContentTypeOf job: Job) -> SibylError? {
        guard let field = job.envelope?.contentType, field.isPresent else { return nil }
        return field.withText(in: job.envelopeBytes) { text in
            if text.isEqual(to: "application/json") { return nil }
            let name = String(decoding: text, as: UTF8.self)
            return SibylError(.unsupportedContentType, "the model takes application/json, not \(name)")
        }
    }

}

extension SibylError {
    static var cancelledByClient: SibylError { SibylError(.cancelled, "the client cancelled the request") }

    /// A prediction's error as clients hear of it.
    init(_ error: PredictionError) {
        let code: ErrorCode =
            switch error.code {
            case .malformedPayload: .malformedPayload
            case .invalidInput: .invalidInput
            case .failed: .predictionFailed
            }
        let details = error.violations.map { ErrorDetail(path: $0.path, message: $0.message) }
        self.init(code, error.message, details: details)
    }
}
