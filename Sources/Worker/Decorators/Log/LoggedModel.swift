public import SibylInference
public import SibylModel
internal import SibylTransport

/// A model with a log around it, as `PredictionLog` makes it.
public final class LoggedModel: InferenceModel {
    private let model: any InferenceModel
    private let sampler: Sampler
    private let writer: LogWriter

    init(_ model: any InferenceModel, sampler: Sampler, writer: LogWriter) {
        (self.model, self.sampler, self.writer) = (model, sampler, writer)
    }

    deinit {
        writer.close()
    }

    public var metadata: ModelMetadata { model.metadata }
    public var tensors: TensorSignature { model.tensors }
    public var counters: LogCounters { writer.counters }

    /// Writes what was predicted so far and ends the log.
    ///
    /// - Returns: whether that was done in time.
    func finish(within nanoseconds: Int64) -> Bool {
        writer.close()
        return writer.waitForEnd(until: MonotonicClock.nanoseconds() + nanoseconds)
    }

    public func predict(_ payloads: [UnsafeRawBufferPointer], into outcomes: inout PredictionOutcomes) {
        let call = Call(payloads.count, sampler, at: outcomes.outcomes.count)
        model.predict(payloads, into: &outcomes)
        if let call { write(call, payloads.map { Payload($0) }, outcomes) }
    }

    public func predict(_ payloads: [Payload], into outcomes: inout PredictionOutcomes) {
        let call = Call(payloads.count, sampler, at: outcomes.outcomes.count)
        model.predict(payloads, into: &outcomes)
        if let call { write(call, payloads, outcomes) }
    }

    /// A call of which at least one payload is to be written down.
    private struct Call {
        /// The sampler's number of its first payload.
        let first: UInt64
        /// The place of its first outcome.
        let place: Int
        let begin: Int64

        /// Nil when none is.
        init?(_ count: Int, _ sampler: Sampler, at place: Int) {
            first = sampler.next(count)
            self.place = place
            guard (0..<count).contains(where: { [first] in sampler.takes(first &+ UInt64($0)) }) else { return nil }
            begin = MonotonicClock.nanoseconds()
        }
    }

    private func write(_ call: Call, _ payloads: [Payload], _ outcomes: borrowing PredictionOutcomes) {
        let duration = MonotonicClock.nanoseconds() - call.begin
        let time = Timestamp.nanoseconds()
        for (index, payload) in payloads.enumerated() where sampler.takes(call.first &+ UInt64(index)) {
            guard call.place + index < outcomes.outcomes.count else { return }
            let outcome = outcomes.outcomes[call.place + index]
            // Looked at first, so that what is left out costs no copy.
            guard writer.hasRoom(for: LogRecord.size(payload.bytes.count, outcome.size)) else { continue }
            writer.append(
                LogRecord(
                    time: time, duration: duration, batchSize: payloads.count, form: payload.form,
                    input: Array(payload.bytes), outcome: outcome.copy(from: outcomes)))
        }
    }
}

extension PredictionOutcomes.Outcome {
    fileprivate var size: Int {
        switch self {
        case .output(let range, _): range.count
        case .failure(let error): error.message.utf8.count
        }
    }

    fileprivate func copy(from outcomes: borrowing PredictionOutcomes) -> LogRecord.Outcome {
        switch self {
        case .output(let range, let jsonLength): .output(Array(outcomes.output(range)), jsonLength: jsonLength)
        case .failure(let error): .failure(error)
        }
    }
}
