/// FNV-1a in 64 bits (Fowler, Noll and Vo): a short name for bytes that are compared often. It is not meant to withstand
/// somebody who looks for collisions.
package struct FNV1a: Sendable {
    @usableFromInline
    package var value: UInt64 = 0xcbf2_9ce4_8422_2325

    @inlinable
    package init() {}

    @inlinable
    package static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash = FNV1a()
        hash.add(bytes)
        return hash.value
    }

    @inlinable
    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes { add(byte) }
    }

    @inlinable
    package mutating func add(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
    }
}
