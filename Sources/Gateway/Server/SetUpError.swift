internal import Glibc
internal import NIOCore

/// What keeps a gateway from starting: an address that it can't have, a certificate or key that can't be used.
package struct SetUpError: Error, CustomStringConvertible {
    /// What is wrong, and what to do about it.
    package let description: String

    init(description: String) {
        self.description = description
    }

    /// Whether it is what NIO throws for an address that can't be listened at.
    static func isOfAddress(_ error: any Error) -> Bool {
        error is IOError || error is SocketAddressError || error is SocketAddressError.UnknownHost
    }

    /// - Parameter error: what NIO threw where it was to listen.
    init(listeningAt host: String, _ port: Int, _ error: any Error) {
        let reason =
            switch error {
            case let error as IOError: String(cString: strerror(error.errnoCode))
            case let error as SocketAddressError.UnknownHost: "there is no host \(error.host)"
            default: "\(error)"
            }
        description = "can't serve HTTP at \(host):\(port): \(reason); name another address with --http HOST:PORT"
    }
}
