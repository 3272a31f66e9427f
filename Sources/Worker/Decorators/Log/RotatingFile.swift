internal import Glibc
internal import SibylModel

/// A file that lines are appended to, and that makes room for another when it is full.
///
/// Several may write to one path, in several processes too: each appends whole lines at once, so that they don't mix.
/// Who finds the file full locks it, renames it if nobody else has, and begins another; the others notice before their
/// next lines that their file has another name.
struct RotatingFile: ~Copyable {
    let path: String
    private let bytes: Int
    private let files: Int
    private var descriptor: Int32

    /// - Parameters:
    ///   - bytes: a file of this size gets no further lines.
    ///   - files: how many are kept, the open one included.
    /// - Throws: `ModelLoadError` when the file can't be opened.
    init(path: String, bytes: Int, files: Int) throws(ModelLoadError) {
        let descriptor = Self.open(path)
        guard descriptor >= 0 else {
            throw ModelLoadError(
                "the prediction log \(path) can't be opened: \(String(cString: strerror(errno))); make its folder, or "
                    + "name another file")
        }
        (self.path, self.bytes, self.files, self.descriptor) = (path, max(1, bytes), max(1, files), descriptor)
    }

    deinit {
        close(descriptor)
    }

    private static func open(_ path: String) -> Int32 {
        // Not for everybody to read: it holds what callers sent.
        Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
    }

    /// Appends whole lines.
    ///
    /// - Returns: why they are not all there; nil if they are.
    mutating func append(_ lines: UnsafeRawBufferPointer) -> String? {
        guard followPath() else { return reason("can't be opened") }
        rotateIfFull()
        var rest = lines
        // Ends with the lines: each turn writes some, or fails.
        while !rest.isEmpty {
            let count = write(descriptor, rest.baseAddress, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return fail(isCut: rest.count < lines.count) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return nil
    }

    /// - Parameter isCut: whether a part was written: it gets an end, so that the next line is one of its own.
    private func fail(isCut: Bool) -> String {
        let reason = reason("can't be written")
        if isCut {
            var end = UInt8(ascii: "\n")
            _ = write(descriptor, &end, 1)
        }
        return reason
    }

    private func reason(_ what: String) -> String {
        "\(path) \(what): \(String(cString: strerror(errno)))"
    }

    // MARK: - Names

    /// Opens the file anew that has the path, if it isn't the one that is open: somebody renamed that, or took it away.
    private mutating func followPath() -> Bool {
        if isNamed { return true }
        let other = Self.open(path)
        guard other >= 0 else { return false }
        close(descriptor)
        descriptor = other
        return true
    }

    /// Whether the path leads to the file that is open.
    private var isNamed: Bool {
        var own = stat()
        var named = stat()
        return fstat(descriptor, &own) == 0 && stat(path, &named) == 0 && own.st_dev == named.st_dev
            && own.st_ino == named.st_ino
    }

    private mutating func rotateIfFull() {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size >= bytes else { return }
        // Whoever has the lock needs a moment only. Where there are no locks, a file may be renamed twice, and nothing
        // but an older one is lost.
        flock(descriptor, LOCK_EX)
        if isNamed { makeRoom() }
        flock(descriptor, LOCK_UN)
        // Where that fails, the full file goes on.
        _ = followPath()
    }

    /// Renames the files, the oldest over the one that is to go.
    private func makeRoom() {
        if files == 1 {
            unlink(path)
            return
        }
        for number in stride(from: files - 2, through: 1, by: -1) {
            _ = rename("\(path).\(number)", "\(path).\(number + 1)")
        }
        _ = rename(path, "\(path).1")
    }
}
