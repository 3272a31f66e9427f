internal import HTTPTypes
internal import SibylClient
internal import SibylProtocol

/// The headers of predictions over REST.
enum RESTHeaders {
    // Names of tokens only, which every one is.
    static let timeout = HTTPField.Name("X-Timeout-Ms")!
    static let priority = HTTPField.Name("X-Priority")!
    static let version = HTTPField.Name("X-Model-Version")!
    static let serverTiming = HTTPField.Name("Server-Timing")!
    static let traceparent = HTTPField.Name("traceparent")!
    static let tracestate = HTTPField.Name("tracestate")!

    /// A day in milliseconds: the longest deadline of the wire protocol.
    static let longestTimeout = 86_400_000

    /// Which version answered, and how long it took.
    static func fields(of prediction: RawPrediction) -> HTTPFields {
        [version: prediction.version, serverTiming: text(of: prediction.timing)]
    }

    /// `queue;dur=0.120, compute;dur=1.500`, in milliseconds, by the W3C's Server Timing.
    private static func text(of timing: Timing) -> String {
        "queue;dur=\(milliseconds(timing.queueMicroseconds)), compute;dur=\(milliseconds(timing.computeMicroseconds))"
    }

    private static func milliseconds(_ microseconds: Int) -> String {
        let rest = String(microseconds % 1_000)
        return "\(microseconds / 1_000)." + String(repeating: "0", count: 3 - rest.count) + rest
    }
}
