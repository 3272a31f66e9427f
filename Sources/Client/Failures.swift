internal import SibylCore
internal import SibylProtocol

/// The client's own errors, in words.
enum Failures {
    static let overloaded = SibylError(
        .overloaded, "this client has as many calls waiting as it may; wait for some before making more")
    static let closed = SibylError(.cancelled, "the client is closed")

    static func error(_ failure: ClientFailure, endpoints: [String], timeout: Instant.Span) -> SibylError {
        switch failure {
        case .timedOut(let endpoint):
            SibylError(.deadlineExceeded, "no answer from \(endpoints[Int(endpoint)]) within \(text(timeout))")
        case .unreachable:
            SibylError(
                .unavailable,
                "nobody answers at \(endpoints.joined(separator: " or ")); is the server running, and is that where?")
        case .cancelled: SibylError(.cancelled, "the call was cancelled")
        case .closed: closed
        }
    }

    private static func text(_ span: Instant.Span) -> String {
        span.milliseconds < 10_000 ? "\(span.milliseconds) ms" : "\(span.milliseconds / 1_000) s"
    }
}
