internal import CZeroMQ

/// A socket, thread or descriptor call that failed, with what the user can do about it.
package struct TransportError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable, Equatable {
        case addressInUse
        case badEndpoint
        case noPermission
        case systemCall
    }

    package let code: Code
    package let message: String
    /// The `errno` of the call that failed.
    package let errno: Int32

    package init(code: Code, message: String, errno: Int32 = 0) {
        self.code = code
        self.message = message
        self.errno = errno
    }

    package var description: String { message }

    /// The error of the libzmq or system call that just failed.
    static func last(_ action: String) -> TransportError {
        let number = zmq_errno()
        return TransportError(
            code: code(for: number), message: "\(action): \(reason(for: number))", errno: number)
    }

    private static func code(for number: Int32) -> Code {
        switch number {
        case EADDRINUSE: .addressInUse
        case EINVAL, ENODEV, EPROTONOSUPPORT, ENOCOMPATPROTO, EADDRNOTAVAIL, ENAMETOOLONG, ENOENT, ENOTDIR:
            .badEndpoint
        case EACCES, EPERM: .noPermission
        default: .systemCall
        }
    }

    private static func reason(for number: Int32) -> String {
        switch number {
        case EADDRINUSE: "the address is already in use; stop the other server or choose another port"
        case EINVAL: "the endpoint is not valid; write tcp://HOST:PORT or ipc://PATH"
        case ENODEV, EADDRNOTAVAIL: "this machine has no such address; use one of its own or 0.0.0.0"
        case EPROTONOSUPPORT: "the transport is not supported; use tcp, ipc or inproc"
        case ENOENT, ENOTDIR: "the folder that the path names does not exist; make it first"
        case EACCES, EPERM: "permission denied"
        default: String(cString: zmq_strerror(number))
        }
    }
}
