package import SibylProtocol

/// Packs routing ids into 64 bits and unpacks them.
///
/// Ids of up to 7 bytes (libzmq's own have 5) stand in the `PeerID` itself. Longer ones, which a peer chose for
/// itself, are remembered in two generations: when the younger is full the older is forgotten. So a peer that
/// changes its id with each message costs bounded memory, and a peer that goes on talking is never forgotten.
package struct PeerTable: ~Copyable {
    /// Names in one generation: at 255 bytes each, the two hold 33 MB at the very most.
    package static let generationCapacity = 65_536

    private static let inlineCapacity = 7
    private var young: [[UInt8]: UInt64] = [:]
    private var old: [[UInt8]: UInt64] = [:]
    private var names: [UInt64: [UInt8]] = [:]
    private var lastNumber: UInt64 = 0

    package init() {}

    package mutating func identify(_ routingID: UnsafeRawBufferPointer) -> PeerID {
        guard routingID.count > Self.inlineCapacity else { return Self.pack(routingID) }
        return remember(Array(routingID))
    }

    /// Lends `body` the bytes that address `peer`; nil for a long id that has been forgotten.
    @inline(__always)
    package func withAddress<Result>(of peer: PeerID, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        let length = Int(peer.rawValue >> 56)
        guard length <= Self.inlineCapacity else {
            return names[peer.rawValue].map { name in name.withUnsafeBytes(body) }
        }
        // The id is the number's lower bytes, the first of them lowest.
        return withUnsafeBytes(of: peer.rawValue.littleEndian) {
            body(UnsafeRawBufferPointer(rebasing: $0[..<length]))
        }
    }

    private static func pack(_ bytes: UnsafeRawBufferPointer) -> PeerID {
        var packed: UInt64 = 0
        withUnsafeMutableBytes(of: &packed) { $0.copyMemory(from: bytes) }
        return PeerID(rawValue: UInt64(littleEndian: packed) | UInt64(bytes.count) << 56)
    }

    private mutating func remember(_ name: [UInt8]) -> PeerID {
        if let number = young[name] { return PeerID(rawValue: number) }
        if young.count >= Self.generationCapacity { forgetOldGeneration() }
        let number = old.removeValue(forKey: name) ?? nextNumber()
        young[name] = number
        names[number] = name
        return PeerID(rawValue: number)
    }

    private mutating func forgetOldGeneration() {
        for number in old.values { names[number] = nil }
        old = young
        young = [:]
    }

    private mutating func nextNumber() -> UInt64 {
        lastNumber += 1
        return 0xFF << 56 | lastNumber
    }
}
