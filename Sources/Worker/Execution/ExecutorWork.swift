internal import SibylCore
internal import SibylInference
internal import SibylJSON
internal import SibylModel
internal import SibylProtocol
internal import SibylTransport

/// What an executor does with jobs: reads their payloads, has the model predict, writes their answers. Its buffers are
/// used again and again.
struct ExecutorWork: ~Copyable {
    var answers = AnswerWriter()
    var outcomes = PredictionOutcomes()
    private var payloads: [UnsafeRawBufferPointer] = []
    /// The jobs that the payloads belong to: one each, or to a batch those of its turn.
    private var computed: [Job] = []

    /// Computes the items of a run together, and answers the jobs of which nothing is left. A job that is answered has no
    /// `batch`.
    mutating func compute(_ run: inout Run) {
        payloads.removeAll(keepingCapacity: true)
        computed.removeAll(keepingCapacity: true)
        var isJSON = true
        for job in run.jobs {
            if let error = objection(to: job, at: run.begin) {
                answers.refuse(job, error, at: run.begin)
                continue
            }
            computed.append(job)
            if let batch = job.batch {
                batch.appendTurn(of: job.input, to: &payloads)
            } else {
                payloads.append(job.input)
                if job.form != .json { isJSON = false }
            }
        }
        guard let model = computed.first?.model?.model else { return }
        outcomes.removeAll()
        predict(with: model, isJSON: isJSON)
        run.computed = payloads.count
        answer(from: run.begin)
    }

    private mutating func predict(with model: any InferenceModel, isJSON: Bool) {
        if isJSON { return model.predict(payloads, into: &outcomes) }
        var next = 0
        let all = computed.flatMap { job in
            let range = next..<next + (job.batch?.turn.count ?? 1)
            next = range.upperBound
            return payloads[range].map { Payload($0, form: job.form) }
        }
        model.predict(all, into: &outcomes)
    }

    private mutating func answer(from begin: Instant) {
        let end = Instant(nanoseconds: MonotonicClock.nanoseconds())
        let span = AnswerWriter.Span(begin: begin, end: end, batchSize: payloads.count)
        var next = 0
        for job in computed {
            if let batch = job.batch {
                keep(from: next, for: batch)
                next += batch.turn.count
                batch.computed.nanoseconds += (end - begin).nanoseconds
                if batch.isComplete { answer(job, with: batch, at: end) }
            } else {
                answer(job, with: next, span)
                next += 1
            }
        }
    }

    /// - Parameter index: of its outcome.
    private mutating func answer(_ job: Job, with index: Int, _ span: AnswerWriter.Span) {
        // A model of the server's own gives one outcome each; were one missing, its client must hear of it.
        guard index < outcomes.outcomes.count else {
            return answers.refuse(job, SibylError(.noOutput), at: span.begin, span)
        }
        switch outcomes.outcomes[index] {
        case .output(let range, let jsonLength):
            answers.answer(job, with: outcomes.output(range), jsonLength: jsonLength, span)
        case .failure(let error): answers.refuse(job, SibylError(error), at: span.begin, span)
        }
    }

    // MARK: - Objections

    /// Why a job is not computed.
    func objection(to job: Job, at now: Instant) -> SibylError? {
        if let batch = job.batch { return objection(to: batch, of: job, at: now) }
        job.scan()
        if job.isDismissed { return .cancelledByClient }
        if job.deadline <= now {
            return SibylError(.deadlineExceeded, "the time ran out while the request waited for a worker")
        }
        return objection(toContentTypeOf: job)
    }

    /// Looks what a job's payload is.
    private func objection(toContentTypeOf job: Job) -> SibylError? {
        guard let envelope = job.envelope, envelope.contentType.isPresent else { return nil }
        let type = envelope.contentType.withText(in: job.envelopeBytes) { ContentType(name: $0) }
        switch type {
        case .json: return nil
        case .openInference: job.form = .openInference
        case .openInferenceBinary:
            guard job.dispatch.flags.isTwoFrames else { return .binaryInOneFrame }
            guard let length = envelope.jsonLength else { return .lengthMissing }
            job.form = .openInferenceBinary(jsonLength: Int(length))
        case nil:
            let name = envelope.contentType.string(in: job.envelopeBytes) ?? ""
            let names = ContentType.allCases.map { "\($0.name)" }.joined(separator: ", ")
            return SibylError(.unsupportedContentType, "a payload is of \(names), not of '\(name)'")
        }
        return job.isBatch ? .inferBatch : nil
    }
}

extension PredictionError {
    static var noOutput: PredictionError { PredictionError(.failed, "the model gave no output") }
}

extension SibylError {
    static var cancelledByClient: SibylError { SibylError(.cancelled, "the client cancelled the request") }

    fileprivate static var binaryInOneFrame: SibylError {
        SibylError(
            .malformedPayload,
            "\(ContentType.openInferenceBinary.name) takes a payload frame behind the envelope: 'input' is JSON")
    }

    fileprivate static var lengthMissing: SibylError {
        SibylError(
            .malformedPayload,
            "\(ContentType.openInferenceBinary.name) needs the field 'json_length': how many bytes of the payload are JSON"
        )
    }

    fileprivate static var inferBatch: SibylError {
        SibylError(
            .unsupportedContentType,
            "a batch is an array of JSON inputs; an infer request has its items in the first dimension of its tensors")
    }

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
