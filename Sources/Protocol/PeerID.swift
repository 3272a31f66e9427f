/// Names a connection of a ROUTER socket: its routing id packed into 64 bits.
///
/// libzmq's own routing ids are 5 bytes; those of up to 7 bytes stand here themselves, longer ones by a number that
/// the transport remembers. The top byte tells which, and the length.
public struct PeerID: Sendable, Hashable {
    public let rawValue: UInt64

    @inlinable
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }
}
