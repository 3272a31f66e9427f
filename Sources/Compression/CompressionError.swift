/// Why a body can't be compressed or decompressed.
package enum CompressionError: Error, Equatable, CustomStringConvertible {
    /// It is not of its coding, is cut off, or has something behind its end.
    case malformed(ContentCoding)
    /// More than `limit` bytes would come out.
    case tooLarge(limit: Int)
    case outOfMemory

    package var description: String {
        switch self {
        case .malformed(let coding): "the body is not what its Content-Encoding '\(coding.name)' says, or is cut off"
        case .tooLarge(let limit): "the body is more than \(limit) bytes once it is decompressed"
        case .outOfMemory: "there is no memory to compress or decompress the body"
        }
    }
}
