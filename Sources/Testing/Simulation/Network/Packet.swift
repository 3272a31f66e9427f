internal import SibylCore
internal import SibylProtocol

/// One message between two processes. Where the real one carries bytes, this one carries the number of the call that
/// they stand for; what is in the call is in the `CallBook`.
enum Packet {
    // From a client to a broker.
    case request(RequestPacket)
    case takeBack(name: UInt64)
    // From a broker to a client.
    case reply(name: UInt64, Verdict)

    // From a worker to a broker.
    /// The announcement's place in the network's list.
    case hello(announcement: Int32)
    case pong
    case answer(WorkerMessage.Answer, Verdict)
    case refusal(RequestID)
    case draining
    case goodbye
    /// What is no message of the protocol.
    case noise
    // From a broker to a worker.
    case welcome(WorkerMessage.Welcome)
    case ping
    case dispatch(WorkerMessage.Dispatch, call: Int32)
    case cancel(RequestID)
    case introduce
}

/// The envelope of a predict.
struct RequestPacket {
    var call: Int32
    /// The client's `id`.
    var name: UInt64
    /// `timeout_ms`; nil when the envelope has none.
    var timeout: Instant.Span?
}

/// What a reply says: an error, or an output.
struct Verdict: Equatable {
    var failure: ErrorCode?
    /// What the model made of the input.
    var output: UInt64 = 0
    var worker: Int32 = -1
}
