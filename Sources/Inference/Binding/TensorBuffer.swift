internal import SibylJSON

/// Elements of one tensor, packed, while they are gathered. Once its room has grown to what is usual, gathering allocates
/// nothing.
final class TensorBuffer: @unchecked Sendable {
    // Sendable because one thread at a time has it, and one that several have is never changed.

    let type: DataType
    private var storage: UnsafeMutableRawBufferPointer
    private var byteCount = 0
    private var strings: [UnsafeRawBufferPointer] = []
    /// Strings that don't stand in a payload as they are.
    private var copies: [UnsafeMutableRawBufferPointer] = []

    /// A cache line, as wide as the widest vector registers.
    private static let alignment = 64

    init(_ type: DataType) {
        self.type = type
        // Never none: the elements of an empty tensor have an address too.
        storage = .allocate(byteCount: Self.alignment, alignment: Self.alignment)
    }

    deinit {
        removeAll()
        storage.deallocate()
    }

    /// How many elements there are.
    var count: Int { type.byteCount.map { byteCount / $0 } ?? strings.count }

    /// The bytes that are held, whether used or not.
    var capacity: Int { storage.count + strings.capacity * MemoryLayout<UnsafeRawBufferPointer>.stride }

    /// Some of the elements; valid until the next change.
    func view(of elements: Range<Int>, shape: [Int]) -> TensorView {
        guard let size = type.byteCount else { return TensorView(strings: Array(strings[elements]), shape: shape) }
        let bytes = storage[elements.lowerBound * size..<elements.upperBound * size]
        return TensorView(type, shape: shape, data: UnsafeRawBufferPointer(rebasing: bytes))
    }

    // MARK: - Changes

    /// Forgets all elements and keeps the room.
    func removeAll() {
        byteCount = 0
        strings.removeAll(keepingCapacity: true)
        for copy in copies { copy.deallocate() }
        copies.removeAll(keepingCapacity: true)
    }

    /// Takes back all elements but the first.
    func truncate(to count: Int) {
        if let size = type.byteCount {
            byteCount = min(byteCount, count * size)
        } else {
            strings.removeLast(max(strings.count - count, 0))
        }
    }

    /// Makes room for so many more bytes.
    func reserve(_ count: Int) {
        if count > storage.count - byteCount { grow(by: count) }
    }

    private func grow(by count: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(byteCount + count, storage.count * 2), alignment: Self.alignment)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[..<byteCount]))
        storage.deallocate()
        storage = larger
    }

    /// - Precondition: there is room, and the tensor has elements of this type.
    @inline(__always)
    func append<Element: BitwiseCopyable>(_ element: Element) {
        storage.storeBytes(of: element, toByteOffset: byteCount, as: Element.self)
        byteCount += MemoryLayout<Element>.size
    }

    /// Appends a tensor's elements. Strings are not copied: they must live as long as they are needed here.
    func append(_ tensor: TensorView) {
        reserve(tensor.data.count)
        UnsafeMutableRawBufferPointer(rebasing: storage[byteCount...]).copyMemory(from: tensor.data)
        byteCount += tensor.data.count
        strings.append(contentsOf: tensor.strings)
    }

    /// Appends a string, which is copied only if it is written with escapes.
    func append(_ text: JSONText) {
        strings.append(text.hasEscapes ? text.unescaped.withUnsafeBytes { copy($0) } : text.raw)
    }

    /// Makes the buffer independent of the payloads that its strings stand in.
    func copyStrings() {
        strings = strings.map { copy($0) }
    }

    private func copy(_ string: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: string.count, alignment: 1)
        copy.copyMemory(from: string)
        copies.append(copy)
        return UnsafeRawBufferPointer(copy)
    }
}
