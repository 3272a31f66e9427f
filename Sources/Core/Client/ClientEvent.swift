/// What happens to a client. Endpoints are named by their place in its configuration, calls by the slot that the core
/// gave them.
package enum ClientEvent: Sendable {
    /// A call, whose bytes are in the shell's hands until its effects have run.
    case call(timeout: Instant.Span)
    /// The caller does not want the answer any more.
    case cancelled(slot: Int32)
    /// A reply that names a call, in the shell's hands until its effects have run.
    case reply(call: UInt64)
    /// A reply too, which says that the endpoint does not serve the call for now; another may.
    case turnedAway(call: UInt64, endpoint: Int32)
    /// Messages flow to and from the endpoint.
    case connected(endpoint: Int32)
    case disconnected(endpoint: Int32)
    /// The socket did not take a message to the endpoint.
    case unsent(endpoint: Int32)
    /// Answer nobody any more.
    case close
    /// Nothing but time.
    case tick
}

/// What a client does next. The shell runs effects in order and calls the core again only after the last.
package enum ClientEffect: Sendable, Equatable {
    /// Keep the call in hand under that slot.
    case accept(slot: Int32)
    /// Fail the call in hand: too many wait already.
    case refuse
    /// Send the call to the endpoint under that name, telling the server the time that is left.
    case send(slot: Int32, call: UInt64, endpoint: Int32, timeLeft: Instant.Span)
    /// Ask the server to drop the call.
    case cancel(call: UInt64, endpoint: Int32)
    /// Give the reply in hand to the caller, and forget the call.
    case finish(slot: Int32)
    /// Drop the reply in hand: nobody waits for it.
    case dropReply
    /// Fail the call, and forget it.
    case fail(slot: Int32, ClientFailure)
}

/// Why a call fails on the client's side.
package enum ClientFailure: Sendable, Equatable {
    /// The time ran out with the call at that endpoint.
    case timedOut(endpoint: Int32)
    /// The time ran out, and no endpoint could be reached.
    case unreachable
    case cancelled
    case closed
}
