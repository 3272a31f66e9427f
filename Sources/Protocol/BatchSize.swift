/// How many items a batch has, told from its first bytes.
///
/// Whoever routes a request does not read its payload, but to be fair by cost it has to know about how much work it is. The
/// first few kilobytes tell: exactly, where the batch ends in them, else by their density of items.
package enum BatchSize {
    /// Some microseconds' worth of bytes.
    private static let sample = 4_096

    /// - Returns: at least 1, also for what is no JSON array: whoever reads it all will say so.
    package static func estimate(_ payload: UnsafeRawBufferPointer) -> UInt32 {
        var scan = Scan()
        let seen = min(payload.count, sample)
        for index in 0..<seen where !scan.isOver { scan.read(payload[index]) }
        let items = UInt64(scan.separators) + 1
        if scan.isOver || seen == payload.count { return UInt32(clamping: items) }
        let estimated = items.multipliedReportingOverflow(by: UInt64(payload.count)).partialValue / UInt64(seen)
        return UInt32(clamping: min(estimated, UInt64(WireLimits.batchItems)))
    }

    private struct Scan {
        /// Commas between the items of the outermost array.
        var separators: UInt32 = 0
        /// The outermost array has ended.
        var isOver = false
        private var depth = 0
        private var isInString = false
        private var isEscaped = false

        mutating func read(_ byte: UInt8) {
            if isInString { return readString(byte) }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                isOver = depth <= 0
            case UInt8(ascii: ","): if depth == 1 { separators += 1 }
            default: return
            }
        }

        private mutating func readString(_ byte: UInt8) {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
            }
        }
    }
}
