internal import NIOCore
internal import SibylProtocol

/// Cuts a body that comes in pieces into its lines. Empty lines are none.
struct LineSplitter {
    private let limit: Int
    private var line: [UInt8] = []
    /// A line was longer than one may be; nothing behind it is looked at.
    private(set) var failure: SibylError?

    /// - Parameter limit: bytes that a line may have: what is held of a client that never ends one.
    init(limit: Int) {
        self.limit = limit
    }

    /// What ended nowhere, at the end of the body.
    var rest: [UInt8]? { Self.isBlank(line) ? nil : line }

    /// The lines that a piece ends, up to one beyond the limit.
    mutating func take(_ piece: ByteBufferView) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var piece = piece[...]
        // Each turn takes one line off the piece.
        while let end = piece.firstIndex(of: UInt8(ascii: "\n")) {
            guard append(piece[..<end]) else { return lines }
            if !Self.isBlank(line) { lines.append(line) }
            line = []
            piece = piece[(end + 1)...]
        }
        _ = append(piece)
        return lines
    }

    private mutating func append(_ bytes: ByteBufferView) -> Bool {
        if line.count + bytes.count > limit {
            failure = SibylError(
                .payloadTooLarge, "a line of the batch is longer than \(limit) bytes; the rest is not read")
            return false
        }
        line += bytes
        return true
    }

    private static func isBlank(_ line: [UInt8]) -> Bool {
        line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    }
}
