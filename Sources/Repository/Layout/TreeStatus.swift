/// The state of all files in a folder, as far as it can be told without reading them.
struct TreeStatus {
    private(set) var fingerprint = Fingerprint()
    /// When something in it was changed last, in nanoseconds since 1970, as the file system tells.
    private(set) var changed: Int64 = .min
    private var count = 0
    private var visited: Set<[UInt64]> = []
    private let limits: RepositoryLimits
    private let ignored: String?

    /// - Parameters:
    ///   - path: the folder.
    ///   - ignored: how the paths in it begin of files that the server itself writes.
    init(of path: String, ignoring ignored: String? = nil, limits: RepositoryLimits) throws(FolderFault) {
        self.limits = limits
        self.ignored = ignored
        try add(path, status: FileStatus(of: path), name: "", depth: 0)
    }

    /// - Parameter name: the path from the folder on.
    private mutating func add(_ path: String, status: FileStatus, name: String, depth: Int) throws(FolderFault) {
        if let ignored, name.hasPrefix(ignored) { return }
        changed = max(changed, status.changed)
        switch status.kind {
        case .folder: try addEntries(of: path, status, name: name, depth: depth)
        case .file:
            fingerprint.combine(name)
            fingerprint.combine([status.size, status.modified, Int64(bitPattern: status.inode)])
        case .other: fingerprint.combine(name)
        }
    }

    private mutating func addEntries(of path: String, _ status: FileStatus, name: String, depth: Int)
        throws(FolderFault)
    {
        // A link may lead to a folder that this one is in, or that another link led to.
        guard visited.insert([status.device, status.inode]).inserted else { return }
        guard depth < limits.depth else {
            throw FolderFault(path, reason: "it lies more than \(limits.depth) folders deep")
        }
        for entry in try Folder.entries(path, limit: limits.files) {
            count += 1
            guard count <= limits.files else {
                throw FolderFault(path, reason: "its version holds more than \(limits.files) files")
            }
            let inner = name.isEmpty ? entry.name : name + "/" + entry.name
            try add(path + "/" + entry.name, status: entry.status, name: inner, depth: depth + 1)
        }
    }
}

/// Tells whether something has changed; of use in one process only.
package struct Fingerprint: Sendable, Hashable {
    private var value: Int

    package init(_ value: Int = 0) {
        self.value = value
    }

    package mutating func combine(_ other: some Hashable) {
        var hasher = Hasher()
        hasher.combine(value)
        hasher.combine(other)
        value = hasher.finalize()
    }

    package func combined(with other: some Hashable) -> Fingerprint {
        var result = self
        result.combine(other)
        return result
    }
}
