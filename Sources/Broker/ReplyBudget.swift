internal import SibylProtocol
internal import SibylTransport

/// What may wait in memory for each client that does not read.
///
/// The high-water mark bounds how many replies wait for one client. What they hold is bounded here, since ten thousand
/// large ones would fill any machine: beyond it a client's replies are dropped, as at the mark.
struct ReplyBudget {
    /// Smaller ones are bounded well enough by their number.
    private static let smallest = 1_024

    /// Bytes for one client.
    private let limit: Int
    /// Clients that have been sent something large.
    private var clients: [PeerID: OutstandingBytes] = [:]

    /// - Parameter messageBytes: the largest message; a client may leave four of them unread.
    init(messageBytes: Int) {
        limit = messageBytes * 4
    }

    /// Whether so many bytes are not counted.
    static func isSmall(_ byteCount: Int) -> Bool { byteCount < smallest }

    /// The frame as it is to be sent; nil when too much waits for that client already.
    mutating func admit(_ frame: consuming Message, for client: PeerID) -> Message? {
        if Self.isSmall(frame.count) { return frame }
        let outstanding = outstanding(of: client)
        if outstanding.count + frame.count > limit { return nil }
        return frame.counted(by: outstanding)
    }

    mutating func forget(_ client: PeerID) {
        clients[client] = nil
    }

    private mutating func outstanding(of client: PeerID) -> OutstandingBytes {
        if let known = clients[client] { return known }
        // Of clients with names of their own no end is told: those who have read all are forgotten now and then.
        if clients.count >= PeerTable.generationCapacity { clients = clients.filter { $0.value.count > 0 } }
        let new = OutstandingBytes()
        clients[client] = new
        return new
    }
}
