internal import Glibc

/// What a process takes of the machine's memory.
package enum ResidentMemory {
    /// This process's resident memory in bytes; 0 where the system does not tell.
    package static var bytes: UInt64 {
        // Total and resident pages, in decimal, with spaces between them.
        guard let file = fopen("/proc/self/statm", "re") else { return 0 }
        defer { fclose(file) }
        var total: UInt64 = 0
        var resident: UInt64 = 0
        let read = withUnsafeMutablePointer(to: &total) { total in
            withUnsafeMutablePointer(to: &resident) { resident in
                withVaList([total, resident]) { vfscanf(file, "%lu %lu", $0) }
            }
        }
        return read == 2 ? resident * UInt64(sysconf(Int32(_SC_PAGESIZE))) : 0
    }
}
