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
    /// The jobs that the payloads belong to.
    private var computed: [Job] = []

    /// Computes jobs of one model together.
    mutating func compute(_ jobs: [Job], from begin: Instant) {
        payloads.removeAll(keepingCapacity: true)
        computed.removeAll(keepingCapacity: true)
        var isJSON = true
        for job in jobs {
            if let error = objection(to: job, at: begin) {
                answers.refuse(job, error, at: begin)
            } else {
                payloads.append(job.input)
                computed.append(job)
                if job.form != .json { isJSON = false }
            }
        }
        guard let model = computed.first?.model?.model else { return }
        outcomes.removeAll()
        predict(with: model, isJSON: isJSON)
        let end = Instant(nanoseconds: MonotonicClock.nanoseconds())
        for (index, job) in computed.enumerated() {
            let span = AnswerWriter.Span(begin: begin, end: end, batchSize: computed.count)
            // A model of the server's own gives one outcome each; were one missing, its client must hear of it.
            guard index < outcomes.outcomes.count else {
                answers.refuse(job, SibylError(.predictionFailed, "the model gave no output"), at: begin)
                continue
            }
            switch outcomes.outcomes[index] {
            case .output(let range, let jsonLength):
                answers.answer(job, with: outcomes.output(range), jsonLength: jsonLength, span)
            case .failure(let error): answers.refuse(job, SibylError(error), at: begin, span)
            }
        }
    }

    private mutating func predict(with model: any InferenceModel, isJSON: Bool) {
        if isJSON { return model.predict(payloads, into: &outcomes) }
        model.predict(zip(payloads, computed).map { Payload($0, form: $1.form) }, into: &outcomes)
    }

    /// Why a job is not computed.
    func objection(to job: Job, at now: Instant) -> SibylError? {
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
