internal import CZlib

/// How the body of an HTTP message is compressed, by zlib.
package enum ContentCoding: Sendable, CaseIterable {
    case gzip
    /// What HTTP calls so is zlib's format (RFC 1950), not bare deflate.
    case deflate

    /// As `Content-Encoding` and `Accept-Encoding` call it.
    package var name: String { self == .gzip ? "gzip" : "deflate" }

    /// Nil for one that is not known.
    package init?(name: some StringProtocol) {
        let name = name.lowercased()
        guard let coding = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = coding
    }

    /// zlib's largest window, and 16 more for gzip's header and check sum.
    private var windowBits: Int32 { self == .gzip ? MAX_WBITS + 16 : MAX_WBITS }

    /// - Parameter limit: the most bytes that may come out, so that a small body can't fill the memory.
    /// - Throws: `CompressionError`.
    package func decompressed(_ body: [UInt8], limit: Int) throws(CompressionError) -> [UInt8] {
        var stream = z_stream()
        guard sibyl_inflate_init(&stream, windowBits) == Z_OK else { throw .outOfMemory }
        defer { inflateEnd(&stream) }
        // One byte beyond the limit tells that there is more.
        let bound = limit.addingReportingOverflow(1)
        let (output, code) = stream.run(body, limit: bound.overflow ? limit : bound.partialValue) {
            CZlib.inflate(&$0, $1)
        }
        if output.count > limit { throw .tooLarge(limit: limit) }
        guard code == Z_STREAM_END else { throw code == Z_MEM_ERROR ? .outOfMemory : .malformed(self) }
        guard stream.total_in == UInt(body.count) else { throw .malformed(self) }
        return output
    }

    /// - Throws: `CompressionError.outOfMemory`.
    package func compressed(_ body: [UInt8]) throws(CompressionError) -> [UInt8] {
        var stream = z_stream()
        // The fastest level: a body waits for it.
        guard sibyl_deflate_init(&stream, Z_BEST_SPEED, windowBits) == Z_OK else { throw .outOfMemory }
        defer { deflateEnd(&stream) }
        let (output, code) = stream.run(body, limit: .max) { CZlib.deflate(&$0, $1) }
        guard code == Z_STREAM_END else { throw .outOfMemory }
        return output
    }
}

extension z_stream {
    /// zlib counts in 32 bits, and a piece of this size needs no more memory than is soon filled.
    private static let piece = 1 << 16

    /// Feeds all of the input, and collects what comes out until the stream ends, fails, or has given `limit` bytes.
    fileprivate mutating func run(
        _ input: [UInt8], limit: Int, _ step: (inout z_stream, Int32) -> Int32
    ) -> (output: [UInt8], code: Int32) {
        var output: [UInt8] = []
        var code = Z_OK
        var rest = input.count
        input.withUnsafeBufferPointer { input in
            // zlib reads from where this points, and never writes there.
            next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            while code == Z_OK, output.count < limit {
                if avail_in == 0 {
                    avail_in = UInt32(min(rest, Self.piece))
                    rest -= Int(avail_in)
                }
                let capacity = min(Self.piece, limit - output.count)
                let piece = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                    next_out = buffer.baseAddress
                    avail_out = UInt32(capacity)
                    code = step(&self, rest == 0 ? Z_FINISH : Z_NO_FLUSH)
                    count = capacity - Int(avail_out)
                }
                output += piece
                // Out of room, not at a loss, as long as something came out or went in.
                if code == Z_BUF_ERROR, !piece.isEmpty || avail_in == 0 && rest > 0 { code = Z_OK }
            }
        }
        next_in = nil
        next_out = nil
        return (output, code)
    }
}
