package import SibylProtocol

/// What happens to a broker. The shell tells it; the bytes of requests and answers stay there.
package enum BrokerEvent: Sendable {
    /// A predict arrived and its bytes are in the shell's slot.
    case request(RequestArrival)
    /// A client takes a request back. It is named by the hash that its arrival carried.
    case cancel(client: PeerID, clientRequest: UInt64)
    /// A client's connection ended: nobody waits for its answers.
    case clientGone(PeerID)
    /// A worker announces itself, on a new connection or anew.
    indirect case hello(PeerID, WorkerAnnouncement)
    /// A worker serves other models from now on; name and capacity are those of its hello.
    indirect case models(PeerID, WorkerAnnouncement)
    /// A worker lives.
    case pong(PeerID, WorkerMessage.Pong)
    /// A worker answered; the answer's bytes are in the shell's hands until its effects have run.
    case answer(PeerID, WorkerMessage.Answer)
    /// A worker gives a request back that it did not begin.
    case refusal(PeerID, RequestID)
    /// A worker wants no new work.
    case draining(PeerID)
    case goodbye(PeerID)
    /// The socket knows no such worker any more.
    case unreachable(PeerID)
    /// Where a held request goes, as the shell was asked.
    case routed(RequestID, Route)
    /// Some worker's connection broke; the socket can't say whose.
    case connectionLost
    /// The broker is to finish what it holds and take nothing new.
    case drain
    /// Nothing but time.
    case tick
}

/// A predict, without its bytes.
package struct RequestArrival: Sendable {
    package var slot: Int32
    package var client: PeerID
    package var clientRequest: UInt64
    package var route: Route
    package var flags: WorkerMessage.Flags
    package var priority: Priority
    /// Nil: the broker's default.
    package var timeout: Instant.Span?
    /// All frames together, in bytes.
    package var size: Int
    /// Whom to be fair to: any number that is one tenant's alone.
    package var tenant: UInt64
    /// Inputs in it: 1, or a batch's items, as far as they are known.
    package var cost: UInt32

    package init(
        slot: Int32, client: PeerID, clientRequest: UInt64, route: Route, flags: WorkerMessage.Flags,
        priority: Priority = .interactive, timeout: Instant.Span? = nil, size: Int = 0, tenant: UInt64 = 0,
        cost: UInt32 = 1
    ) {
        self.slot = slot
        self.client = client
        self.clientRequest = clientRequest
        self.route = route
        self.flags = flags
        self.priority = priority
        self.timeout = timeout
        self.size = size
        self.tenant = tenant
        self.cost = cost
    }
}

/// Where a request's model and version lead.
package enum Route: Sendable, Hashable {
    case service(Int32)
    case modelNotFound
    case versionNotFound
}
