/// Elements of one tensor while they are gathered. An array does the same; this one is handed on as it is, aligned for
/// whatever computes on it.
struct ElementBuffer: ~Copyable {
    /// A cache line, as wide as the widest vector registers.
    static let alignment = 64

    private var storage: UnsafeMutableRawBufferPointer
    private var count = 0

    init(capacity: Int) {
        // Never none: what an empty tensor's elements would lie at has an address too.
        storage = .allocate(byteCount: max(capacity, Self.alignment), alignment: Self.alignment)
    }

    deinit {
        storage.deallocate()
    }

    @inline(__always)
    mutating func append<Element: BitwiseCopyable>(_ element: Element) {
        let end = count + MemoryLayout<Element>.size
        if end > storage.count { grow() }
        storage.storeBytes(of: element, toByteOffset: count, as: Element.self)
        count = end
    }

    /// Room for at least eight bytes more: no element is longer.
    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: storage.count * 2, alignment: Self.alignment)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[..<count]))
        storage.deallocate()
        storage = larger
    }

    /// The elements, which whoever gets them has to deallocate; none are left.
    mutating func take() -> UnsafeMutableRawBufferPointer {
        let elements = UnsafeMutableRawBufferPointer(start: storage.baseAddress, count: count)
        storage = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        count = 0
        return elements
    }
}

/// Owns bytes that tensors are views of: they don't move, and live as long as it does.
final class TensorStorage {
    /// As much as one small allocation costs anyway, and long strings get their own.
    private static let chunk = 4096

    private var owned: [UnsafeMutableRawBufferPointer] = []
    /// What is left of the last chunk.
    private var room = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    deinit {
        for bytes in owned { bytes.deallocate() }
    }

    func keep(_ bytes: UnsafeMutableRawBufferPointer) -> UnsafeRawBufferPointer {
        owned.append(bytes)
        return UnsafeRawBufferPointer(bytes)
    }

    /// Room for elements, aligned for whatever computes on them.
    func allocate(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
        let bytes = UnsafeMutableRawBufferPointer.allocate(
            byteCount: byteCount, alignment: ElementBuffer.alignment)
        owned.append(bytes)
        return bytes
    }

    /// Keeps a copy: of many short strings in few allocations.
    func keep(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
        if bytes.count > room.count {
            room = .allocate(byteCount: max(bytes.count, Self.chunk), alignment: 1)
            owned.append(room)
        }
        room.copyBytes(from: bytes)
        let copy = UnsafeRawBufferPointer(rebasing: room[..<bytes.count])
        room = UnsafeMutableRawBufferPointer(rebasing: room[bytes.count...])
        return copy
    }
}
