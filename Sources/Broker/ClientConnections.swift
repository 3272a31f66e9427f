internal import SibylCore
internal import SibylProtocol
internal import SibylTransport

/// Which connection each client speaks over, so that the end of one tells whose it was.
///
/// A ROUTER doesn't say when a peer is gone; its monitor says that a file descriptor was closed, and a received message
/// over which one it came. Two lists meet here that are not in step: messages of a new connection may be read before the end of
/// an old one that had the same descriptor is.
///
/// Clients with a routing id of their own are left out: one that came back over the same descriptor can't be told from one
/// that ended, and its requests must not go with its former connection.
struct ClientConnections {
    /// Descriptors by client.
    private var descriptors: IndexTable
    /// Clients by descriptor; a process has few descriptors, and the system hands out the lowest.
    private var clients: [PeerID?] = []
    /// Ends that are still to be told and were noticed already, by descriptor.
    private var noticed: [Int32: Int] = [:]

    init(seed: UInt32) {
        descriptors = IndexTable(seed: seed)
    }

    var count: Int { descriptors.count }

    /// Call it for each message.
    ///
    /// - Parameter frames: the message as the ROUTER gave it.
    /// - Returns: a client that must be gone, since its descriptor is another's now.
    mutating func heard(from client: PeerID, _ frames: borrowing Frames) -> PeerID? {
        // The ids that libzmq makes are never given twice, so one look at each is enough.
        guard client.isAutomatic, descriptors.index(of: client.rawValue) == nil,
            let descriptor = frames[1].connection
        else { return nil }
        while clients.count <= Int(descriptor) { clients.append(nil) }
        let former = clients[Int(descriptor)]
        if let former {
            descriptors.remove(former.rawValue)
            noticed[descriptor, default: 0] += 1
        }
        clients[Int(descriptor)] = client
        descriptors.insert(descriptor, for: client.rawValue)
        return former
    }

    /// A connection ended. Returns the client whose it was; nil when it never spoke, or was noticed before.
    mutating func ended(_ descriptor: Int32) -> PeerID? {
        if let count = noticed[descriptor] {
            noticed[descriptor] = count > 1 ? count - 1 : nil
            return nil
        }
        guard Int(descriptor) < clients.count, let client = clients[Int(descriptor)] else { return nil }
        clients[Int(descriptor)] = nil
        descriptors.remove(client.rawValue)
        return client
    }
}

extension PeerID {
    /// Whether libzmq made the routing id: 5 bytes, of which the first is 0, as it may be in no other.
    fileprivate var isAutomatic: Bool { rawValue >> 56 == 5 && rawValue & 0xFF == 0 }
}
