/// What was read from files, kept for as long as a file stays the same: a scan each second must not parse everything again.
struct FileCache<Value> {
    private struct Entry {
        var status: FileStatus
        var result: Result<Value, YAMLFault>
        var isUsed = true
    }

    private var entries: [String: Entry] = [:]

    mutating func value(of path: String, _ status: FileStatus, read: () throws(YAMLFault) -> Value) throws(YAMLFault)
        -> Value
    {
        if let entry = entries[path], entry.status.isSame(as: status) {
            entries[path]?.isUsed = true
            return try entry.result.get()
        }
        let result = Result(catching: read)
        entries[path] = Entry(status: status, result: result)
        return try result.get()
    }

    /// Forgets what nobody has asked for since the last call.
    mutating func forgetUnused() {
        entries = entries.filter(\.value.isUsed).mapValues { entry in
            var entry = entry
            entry.isUsed = false
            return entry
        }
    }
}
