internal import Glibc

/// What the system tells of one file or folder.
struct FileStatus: Equatable {
    enum Kind {
        case file, folder, other
    }

    var kind: Kind
    var device: UInt64
    var inode: UInt64
    var size: Int64
    /// When the contents were written, in nanoseconds since 1970; programs that copy set it as they like.
    var modified: Int64
    /// When anything of it was changed last, by the system's own word.
    var changed: Int64

    /// Follows a symbolic link.
    init(of path: String) throws(FolderFault) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FolderFault(path) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: kind = .file
        case S_IFDIR: kind = .folder
        default: kind = .other
        }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        modified = Self.nanoseconds(status.st_mtim)
        changed = Self.nanoseconds(status.st_ctim)
    }

    /// Saturates: a file system may tell any time.
    private static func nanoseconds(_ time: timespec) -> Int64 {
        let (seconds, isTooLarge) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        return isTooLarge ? (time.tv_sec < 0 ? .min : .max) : seconds &+ Int64(time.tv_nsec)
    }

    /// Whether the same file stands there with the same contents, as far as can be told without reading it.
    func isSame(as other: FileStatus) -> Bool {
        (device, inode, size, modified) == (other.device, other.inode, other.size, other.modified)
    }
}

/// A folder's entries.
enum Folder {
    struct Entry {
        var name: String
        var status: FileStatus
    }

    /// Names that are passed over: hidden ones, and those of a copy that is still under way.
    static func isPassedOver(_ name: String) -> Bool {
        name.hasPrefix(".") || name.hasSuffix(".partial") || name.hasSuffix(".tmp")
    }

    /// The entries by name, without those that are passed over, and those that have gone meanwhile.
    ///
    /// - Parameter limit: how many there may be; more are refused, since to take some of them would be to pick at random.
    static func entries(_ path: String, limit: Int) throws(FolderFault) -> [Entry] {
        var entries: [Entry] = []
        for name in try names(path, limit: limit) {
            do {
                entries.append(Entry(name: name, status: try FileStatus(of: path + "/" + name)))
            } catch  where error.isAbsence {
                continue
            }
        }
        return entries
    }

    private static func names(_ path: String, limit: Int) throws(FolderFault) -> [String] {
        guard let stream = opendir(path) else { throw FolderFault(path) }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw FolderFault(path) }
                return names.sorted()
            }
            let name = Self.name(of: entry)
            if isPassedOver(name) { continue }
            if names.count >= limit { throw FolderFault(path, reason: "it holds more than \(limit) entries") }
            names.append(name)
        }
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
        // Only as much of it is there as the name is long, so it is never copied whole.
        let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
        return String(cString: UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self))
    }
}

/// A file or folder that can't be looked at.
struct FolderFault: Error, CustomStringConvertible {
    var path: String
    var reason: String
    /// Whether there is no such thing.
    var isAbsence = false

    /// What the system's last call said.
    init(_ path: String) {
        self.init(path, reason: String(cString: strerror(errno)))
        isAbsence = errno == ENOENT
    }

    init(_ path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    var description: String { "\(path) can't be read: \(reason)" }
}
