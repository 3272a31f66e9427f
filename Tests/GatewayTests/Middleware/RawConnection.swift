internal import Glibc

/// A client that sends what bytes it likes.
final class RawConnection {
    let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeBytes(of: &address) { bytes in
            connect(descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), size)
        }
        guard result == 0 else { throw SocketError(errno: errno) }
        // A bound for a server that answers never: the test fails then.
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    struct SocketError: Error { let errno: Int32 }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// What came until the server closed; nil when it doesn't.
    func readToEnd() -> String? {
        var all: [UInt8] = []
        while let more = read() {
            if more.isEmpty { return String(decoding: all, as: UTF8.self) }
            all += more
        }
        return nil
    }

    /// What came until `text` was in it.
    func read(until text: String) -> String {
        var all = ""
        while !all.contains(text), let more = read(), !more.isEmpty { all += String(decoding: more, as: UTF8.self) }
        return all
    }

    /// Empty at the end; nil when nothing comes.
    private func read() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count < 0 ? nil : Array(buffer[..<count])
    }
}
