internal import CZeroMQ

/// One libzmq context: its I/O thread and the name space of `inproc://` endpoints.
///
/// Each socket keeps its context alive; the context ends when the last of them has closed.
package final class Context: Sendable {
    /// libzmq's contexts are thread safe by contract.
    nonisolated(unsafe) package let handle: UnsafeMutableRawPointer

    /// - Parameter maximumSockets: ZMQ_MAX_SOCKETS; a process of ours holds a handful, monitors included.
    package init(ioThreads: Int = 1, maximumSockets: Int = 1023) {
        guard let handle = zmq_ctx_new() else {
            preconditionFailure("libzmq has no memory for a context")
        }
        zmq_ctx_set(handle, ZMQ_IO_THREADS, Int32(ioThreads))
        zmq_ctx_set(handle, ZMQ_MAX_SOCKETS, Int32(maximumSockets))
        self.handle = handle
    }

    deinit {
        while zmq_ctx_term(handle) == -1 && zmq_errno() == EINTR {}
    }

    /// The version of libzmq that runs, such as "4.3.4".
    package static var libraryVersion: String {
        var major: Int32 = 0
        var minor: Int32 = 0
        var patch: Int32 = 0
        zmq_version(&major, &minor, &patch)
        return "\(major).\(minor).\(patch)"
    }
}
