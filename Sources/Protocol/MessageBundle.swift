internal import SibylJSON

/// Several short messages in one frame: what broker and worker have for each other at one moment.
///
/// A frame costs every process that it passes more than the messages in it do, so that under load a bundle of many saves most
/// of that; nobody waits for one to fill.
package struct MessageBundle: ~Copyable {
    /// A bundle is sent on its own at the latest when it has grown to this: enough for hundreds of small messages.
    package static let largest = 65_536

    private static let header = 4
    /// Before each message stands its length.
    private static let prefix = 4

    private var buffer = ByteBuffer(capacity: 1_024)
    package private(set) var count = 0

    package init() {
        begin()
    }

    private mutating func begin() {
        buffer.append(count: Self.header) { WorkerMessage.begin(.bundle, in: $0) }
    }

    /// Whether a message of so many bytes still goes in. Into an empty one goes any.
    package func hasRoom(for byteCount: Int) -> Bool {
        count == 0 || buffer.count + Self.prefix + byteCount <= Self.largest
    }

    /// Appends a message of `byteCount` bytes, which `write` must all write.
    @inline(__always)
    package mutating func append(byteCount: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) {
        buffer.append(count: Self.prefix + byteCount) { bytes in
            bytes.storeLittleEndian(UInt32(byteCount), at: 0)
            write(UnsafeMutableRawBufferPointer(rebasing: bytes[Self.prefix...]))
        }
        count += 1
    }

    /// The frame to send: a bundle of one message is that message.
    package var frame: UnsafeRawBufferPointer {
        count == 1 ? UnsafeRawBufferPointer(rebasing: buffer.bytes[(Self.header + Self.prefix)...]) : buffer.bytes
    }

    /// Forgets the messages, and keeps the room of a full bundle.
    package mutating func removeAll() {
        buffer.removeAll(keeping: Self.largest)
        begin()
        count = 0
    }
}

/// Takes the messages out of a frame: those of a bundle one by one, else the frame itself.
package struct BundleReader {
    /// As many as a worker can owe answers: a bundle of more is no honest one, and reading it would hold up everybody.
    package static let most = 65_536

    private var rest: UnsafeRawBufferPointer
    private var left = most
    private var isTaken = false
    package let isBundle: Bool
    /// Whether the bundle ends within a message or has too many, or the frame is none.
    package private(set) var isBroken = false

    package init(_ frame: UnsafeRawBufferPointer) {
        isBundle = WorkerMessage.kind(of: frame) == .bundle
        rest = isBundle ? UnsafeRawBufferPointer(rebasing: frame[4...]) : frame
    }

    @inline(__always)
    package mutating func next() -> UnsafeRawBufferPointer? {
        guard isBundle else { return takeAll() }
        if rest.isEmpty { return nil }
        guard rest.count >= 4, left > 0 else { return stopped() }
        let end = 4 + Int(rest.littleEndian(at: 0, as: UInt32.self))
        guard end <= rest.count else { return stopped() }
        let message = UnsafeRawBufferPointer(rebasing: rest[4..<end])
        rest = UnsafeRawBufferPointer(rebasing: rest[end...])
        left -= 1
        return message
    }

    private mutating func takeAll() -> UnsafeRawBufferPointer? {
        // No message is that short.
        guard !rest.isEmpty else { return isTaken || isBroken ? nil : stopped() }
        isTaken = true
        defer { rest = UnsafeRawBufferPointer(start: nil, count: 0) }
        return rest
    }

    /// Takes no more: what is left is not to be read.
    package mutating func stop() {
        isBroken = true
        rest = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    private mutating func stopped() -> UnsafeRawBufferPointer? {
        stop()
        return nil
    }
}
