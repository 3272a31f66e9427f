internal import Glibc

/// A folder that nobody else may enter, for the socket between broker and workers; gone when this ends.
struct PrivateFolder: ~Copyable {
    /// A socket's path must fit 108 bytes, and the folder's name and the socket's take some of them.
    private static let longestParent = 64

    let path: String

    init() throws(Failure) {
        let parent = ["XDG_RUNTIME_DIR", "TMPDIR"].lazy.compactMap(Self.folder).first ?? "/tmp"
        var template = Array("\(parent)/sibyl-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            let reason = String(cString: strerror(errno))
            throw Failure(
                status: .configuration,
                message: "cannot make a folder for the workers' socket (\(reason)); set TMPDIR, or broker.backend")
        }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The folder that a variable names, if it can be used.
    private static func folder(of variable: String) -> String? {
        guard let value = getenv(variable) else { return nil }
        let path = String(cString: value)
        return !path.isEmpty && path.utf8.count <= longestParent && access(path, W_OK | X_OK) == 0 ? path : nil
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
