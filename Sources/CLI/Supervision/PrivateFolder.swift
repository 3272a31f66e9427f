internal import Glibc

/// A folder that nobody else may enter, for the socket between broker and workers; gone when this ends.
struct PrivateFolder: ~Copyable {
    /// A socket's path must fit 108 bytes, and the folder's name and the socket's take some of them.
    private static let longestParent = 64

    let path: String

    init() throws(Failure) {
        let variables = ["XDG_RUNTIME_DIR", "TMPDIR"].compactMap { getenv($0).map { String(cString: $0) } }
        let usable = variables.filter { !$0.isEmpty && $0.utf8.count <= Self.longestParent && access($0, W_OK) == 0 }
        var template = Array("\(usable.first ?? "/tmp")/sibyl-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            let reason = String(cString: strerror(errno))
            throw Failure(
                status: .configuration,
                message: "cannot make a folder for the workers' socket (\(reason)); set TMPDIR, or broker.backend")
        }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// A socket in the folder.
    var endpoint: String { "ipc://\(path)/workers" }

    /// For a process that leaves without unwinding; done again it does no harm.
    func remove() {
        unlink("\(path)/workers")
        rmdir(path)
    }

    deinit {
        remove()
    }
}
