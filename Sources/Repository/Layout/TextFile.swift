internal import Glibc
internal import Yams

/// Files of text that people write.
enum TextFile {
    /// The YAML in a file.
    ///
    /// - Parameter limit: bytes; a longer file is refused.
    static func yaml(_ path: String, _ status: FileStatus, limit: Int) throws(YAMLFault) -> Node? {
        guard status.kind == .file else { throw YAMLFault("it is no file") }
        guard let text = String(validating: try read(path, limit: limit), as: UTF8.self) else {
            throw YAMLFault("it is not UTF-8 text")
        }
        return try YAMLDocument.compose(text)
    }

    private static func read(_ path: String, limit: Int) throws(YAMLFault) -> [UInt8] {
        // Without waiting, for it may have become a pipe that nobody writes to.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw unreadable() }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0 && errno == EINTR { continue }
            if count < 0 { throw unreadable() }
            bytes.append(contentsOf: chunk[..<count])
            if bytes.count > limit { throw YAMLFault("it is longer than \(limit) bytes") }
        }
    }

    private static func unreadable() -> YAMLFault {
        YAMLFault("it can't be read: \(String(cString: strerror(errno)))")
    }
}
