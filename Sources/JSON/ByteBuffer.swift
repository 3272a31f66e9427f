/// Bytes that grow at their end. An array does the same; this one checks for room once an append and for nothing else:
/// JSON is written in many short pieces.
package struct ByteBuffer: ~Copyable {
    @usableFromInline
    var storage: UnsafeMutableRawBufferPointer
    package var count = 0

    package init(capacity: Int) {
        storage = capacity > 0 ? .allocate(byteCount: capacity, alignment: 16) : .init(start: nil, count: 0)
    }

    deinit {
        storage.deallocate()
    }

    /// How many bytes go in before it grows.
    package var room: Int { storage.count }

    /// Valid until something is appended.
    @inlinable @inline(__always)
    package var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: storage.baseAddress, count: count)
    }

    /// Appends `count` bytes, which `initialize` must all write.
    @inlinable @inline(__always)
    package mutating func append(count: Int, _ initialize: (UnsafeMutableRawBufferPointer) -> Void) {
        if count > storage.count - self.count { grow(by: count) }
        initialize(UnsafeMutableRawBufferPointer(rebasing: storage[self.count..<self.count + count]))
        self.count += count
    }

    /// Lets the bytes from `count` on go; the room stays.
    package mutating func truncate(to count: Int) {
        precondition(count <= self.count, "a buffer can only be cut to what it holds")
        self.count = count
    }

    /// Lets all bytes go, and the room with them when it is larger than `room`: of what is used again and again, one large use
    /// would else take memory for good.
    package mutating func removeAll(keeping room: Int) {
        count = 0
        if storage.count <= room { return }
        storage.deallocate()
        storage = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        if count == storage.count { grow(by: 1) }
        storage[count] = byte
        count += 1
    }

    @inline(__always)
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if bytes.count > storage.count - count { grow(by: bytes.count) }
        UnsafeMutableRawBufferPointer(rebasing: storage[count...]).copyMemory(from: bytes)
        count += bytes.count
    }

    /// Appends `"text":`.
    @inline(__always)
    mutating func append(key text: UnsafeRawBufferPointer) {
        if text.count + 3 > storage.count - count { grow(by: text.count + 3) }
        storage[count] = UInt8(ascii: "\"")
        UnsafeMutableRawBufferPointer(rebasing: storage[(count + 1)...]).copyMemory(from: text)
        count += text.count + 3
        storage[count - 2] = UInt8(ascii: "\"")
        storage[count - 1] = UInt8(ascii: ":")
    }

    @inline(never) @usableFromInline
    mutating func grow(by needed: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(count + needed, storage.count * 2, 64), alignment: 16)
        larger.copyMemory(from: bytes)
        storage.deallocate()
        storage = larger
    }
}

extension UnsafeRawBufferPointer {
    /// Whether both hold the same bytes, eight at a time.
    package func isEqual(to other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        guard count >= 8 else {
            for index in 0..<count where self[index] != other[index] { return false }
            return true
        }
        let last = count - 8
        var index = 0
        while index < last {
            guard word(at: index) == other.word(at: index) else { return false }
            index += 8
        }
        // The last eight may overlap those before.
        return word(at: last) == other.word(at: last)
    }

    package func isEqual(to text: StaticString) -> Bool {
        isEqual(to: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inline(__always)
    private func word(at index: Int) -> UInt64 { loadUnaligned(fromByteOffset: index, as: UInt64.self) }
}
