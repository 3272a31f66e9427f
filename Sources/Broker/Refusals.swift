internal import SibylCore
internal import SibylProtocol
internal import SibylTransport

/// What a refused client reads.
enum Refusals {
    /// The error reply to the request whose envelope is given.
    static func reply(to envelope: UnsafeRawBufferPointer, _ refusal: Refusal) -> Message {
        // It was scanned when it arrived, so it can be scanned again.
        guard let request = try? RequestEnvelope(scanning: envelope) else {
            let error = SibylError(.internal, "the request can't be read again; send it once more")
            return Message(ReplyWriter.error(error, id: UnsafeRawBufferPointer(start: nil, count: 0)))
        }
        let model = request.model.string(in: envelope) ?? ""
        let version = request.version.string(in: envelope)
        let error = error(for: refusal, model: model, version: version)
        return Message(ReplyWriter.error(error, id: request.id.bytes(in: envelope)))
    }

    static func error(for refusal: Refusal, model: String, version: String?) -> SibylError {
        switch refusal {
        case .modelNotFound:
            SibylError(.modelNotFound, "no model is named '\(model)'; list tells which there are")
        case .versionNotFound:
            SibylError(
                .versionNotFound, "'\(model)' has no version '\(version ?? "")'; list tells which versions there are")
        case .noWorker:
            SibylError(.unavailable, "no live worker serves '\(model)' now; try again once one has started")
        case .draining:
            SibylError(
                .unavailable, "the server is shutting down; try another one, or this one when it is back",
                retryAfterMilliseconds: 1_000)
        case .overloaded(let retryAfter):
            SibylError(
                .overloaded, "the queue of '\(model)' is full; send less, or add workers",
                retryAfterMilliseconds: retryAfter.map { Int($0.milliseconds) })
        case .deadlineExceeded:
            SibylError(.deadlineExceeded, "the request's time ran out before its answer was there")
        case .cancelled:
            SibylError(.cancelled, "the client cancelled the request")
        case .workerLost(let attempts):
            SibylError(
                .workerLost,
                "\(attempts == 1 ? "the worker" : "each of \(attempts) workers") that computed the request died")
        }
    }
}
