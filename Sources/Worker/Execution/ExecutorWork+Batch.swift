internal import SibylCore
internal import SibylJSON
internal import SibylModel
internal import SibylProtocol
internal import SibylTransport

/// Requests that are batches: an array of inputs in, an array of outputs out, null for an item that failed.
extension ExecutorWork {
    /// Items predicted at once; between two such chunks the deadline is looked at.
    private static let chunk = 64
    /// Failed items whose every violation is told; of more, only the message is, or a batch of nonsense would be
    /// answered with a multiple of its size.
    private static let detailed = 100

    mutating func computeBatch(_ job: Job, from begin: Instant) {
        if let error = objection(to: job, at: begin) { return answers.refuse(job, error, at: begin) }
        do {
            let (output, errors, count) = try predictAll(job)
            let end = Instant(nanoseconds: MonotonicClock.nanoseconds())
            answers.answer(
                job, with: output[...], AnswerWriter.Span(begin: begin, end: end, batchSize: count), items: errors)
        } catch {
            answers.refuse(job, error, at: begin)
        }
    }

    private mutating func predictAll(_ job: Job) throws(SibylError) -> (
        output: [UInt8], errors: [ItemError], count: Int
    ) {
        let items = try job.withInput { input in Result { () throws(SibylError) in try BatchPayload.items(of: input) } }
            .get()
        var writer = JSONWriter(capacity: job.body.count)
        var errors: [ItemError] = []
        writer.beginArray()
        var next = 0
        // Ends with the items.
        while next < items.count {
            if job.deadline <= Instant(nanoseconds: MonotonicClock.nanoseconds()) {
                throw SibylError(
                    .deadlineExceeded, "the time ran out with \(next) of \(items.count) items computed; send fewer")
            }
            let chunk = next..<min(next + Self.chunk, items.count)
            predict(items[chunk], of: job, into: &writer, &errors)
            next = chunk.upperBound
        }
        writer.endArray()
        return (writer.bytes, errors, items.count)
    }

    private mutating func predict(
        _ items: ArraySlice<Range<Int>>, of job: Job, into writer: inout JSONWriter,
        _ errors: inout [ItemError]
    ) {
        outcomes.removeAll()
        job.withInput { payload in
            let payloads = items.map { UnsafeRawBufferPointer(rebasing: payload[$0]) }
            context.models.models[job.model].predict(payloads, into: &outcomes)
        }
        for (offset, index) in items.indices.enumerated() {
            let failure: PredictionError
            if offset < outcomes.outcomes.count {
                switch outcomes.outcomes[offset] {
                case .output(let range):
                    outcomes.bytes[range].withUnsafeBytes { writer.raw($0) }
                    continue
                case .failure(let error): failure = error
                }
            } else {
                failure = PredictionError(.failed, "the model gave no output")
            }
            writer.null()
            var error = SibylError(failure)
            if errors.count >= Self.detailed { error.details = [] }
            errors.append(ItemError(index: index, error: error))
        }
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
