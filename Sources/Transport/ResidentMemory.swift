internal import Glibc

/// How much of this process is in memory, by the kernel's count.
package enum ResidentMemory {
    private static let pageSize = UInt64(sysconf(Int32(_SC_PAGESIZE)))

    /// In bytes; nil where the system has no /proc to tell it.
    package static func bytes() -> UInt64? {
        let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        // Seven numbers of at most 20 digits each.
        return withUnsafeTemporaryAllocation(byteCount: 160, alignment: 1) { buffer in
            let count = read(file, buffer.baseAddress, buffer.count)
            return count > 0 ? pages(in: buffer[..<count]).map { $0 * pageSize } : nil
        }
    }

    /// The second of the numbers.
    private static func pages(in text: Slice<UnsafeMutableRawBufferPointer>) -> UInt64? {
        let fields = text.split(separator: UInt8(ascii: " "), maxSplits: 2)
        return fields.count > 1 ? UInt64(String(decoding: fields[1], as: UTF8.self)) : nil
    }
}
