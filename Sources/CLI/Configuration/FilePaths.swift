internal import Glibc

/// The little of paths and files that a configuration needs.
enum FilePaths {
    /// A configuration larger than this is a mistake in the path.
    static let largestFile = 1 << 20

    /// The folder that holds the file: `.` for a bare name.
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func resolve(_ path: String, in directory: String) -> String {
        path.hasPrefix("/") || directory == "." ? path : directory + "/" + path
    }

    static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// The whole of a file, or of standard input for `-`.
    ///
    /// - Parameter limit: bytes; a longer file is refused rather than read in part.
    static func read(_ path: String, limit: Int = largestFile) throws(FileFault) -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFault(path: path, reason: String(cString: strerror(errno))) }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0 && errno == EINTR { continue }
            if count < 0 { throw FileFault(path: path, reason: String(cString: strerror(errno))) }
            bytes.append(contentsOf: chunk[..<count])
            if bytes.count > limit { throw FileFault(path: path, reason: "it is longer than \(limit) bytes") }
        }
    }
}

/// A file that can't be read.
struct FileFault: Error, Sendable, CustomStringConvertible {
    var path: String
    var reason: String

    var description: String { "cannot read \(path == "-" ? "standard input" : path): \(reason)" }
}
