import SibylCompression
import Testing

@Suite struct ContentCodingTests {
    private static let bodies: [[UInt8]] = [
        [], [7], Array("tensors".utf8), [UInt8](repeating: 0, count: 1_000_000),
        // What can't be compressed, in several pieces.
        (0..<200_000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) },
    ]

    @Test(arguments: ContentCoding.allCases, bodies)
    func whatWasCompressedComesBack(_ coding: ContentCoding, _ body: [UInt8]) throws {
        let compressed = try coding.compressed(body)
        #expect(try coding.decompressed(compressed, limit: body.count) == body)
    }

    /// As Python's `zlib.compress(b"hello")` and `gzip.compress(b"hello", mtime=0)` write it.
    @Test func whatOthersCompressedIsRead() throws {
        let zlib: [UInt8] = [120, 156, 203, 72, 205, 201, 201, 7, 0, 6, 44, 2, 21]
        let gzip: [UInt8] = [
            31, 139, 8, 0, 0, 0, 0, 0, 2, 255, 203, 72, 205, 201, 201, 7, 0, 134, 166, 16, 54, 5, 0, 0, 0,
        ]
        #expect(try ContentCoding.deflate.decompressed(zlib, limit: 5) == Array("hello".utf8))
        #expect(try ContentCoding.gzip.decompressed(gzip, limit: 5) == Array("hello".utf8))
        #expect(throws: CompressionError.malformed(.gzip)) { try ContentCoding.gzip.decompressed(zlib, limit: 5) }
    }

    @Test(arguments: ContentCoding.allCases)
    func whatWouldFillTheMemoryIsRefused(_ coding: ContentCoding) throws {
        let compressed = try coding.compressed([UInt8](repeating: 0, count: 1_000_000))
        #expect(throws: CompressionError.tooLarge(limit: 999_999)) {
            try coding.decompressed(compressed, limit: 999_999)
        }
        #expect(throws: CompressionError.tooLarge(limit: 0)) { try coding.decompressed(compressed, limit: 0) }
    }

    @Test(arguments: ContentCoding.allCases)
    func whatIsCutOffOrHasSurplusIsRefused(_ coding: ContentCoding) throws {
        let compressed = try coding.compressed(Array("tensors, tensors, tensors".utf8))
        for count in 0..<compressed.count {
            #expect(throws: CompressionError.malformed(coding)) {
                try coding.decompressed(Array(compressed.prefix(count)), limit: 100)
            }
        }
        #expect(throws: CompressionError.malformed(coding)) {
            try coding.decompressed(compressed + [0], limit: 100)
        }
    }

    @Test func names() {
        #expect(ContentCoding(name: "GZIP") == .gzip && ContentCoding(name: "deflate") == .deflate)
        #expect(ContentCoding(name: "br") == nil && ContentCoding(name: "") == nil)
    }
}
