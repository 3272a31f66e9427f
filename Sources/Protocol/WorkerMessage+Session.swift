extension WorkerMessage {
    /// A worker's first words on a connection: the header, and behind it in the same frame a JSON object
    /// `{"name": ..., "models": [...]}` whose models are entries of the wire protocol's `metadata`.
    package struct Hello: Sendable, Equatable {
        package static let byteCount = 16

        /// How many requests the worker takes before it has answered any.
        package var capacity: UInt32
        /// The worker's process id, for operators and for logs; 0 when it has none.
        package var process: UInt32

        package init(capacity: UInt32, process: UInt32) {
            self.capacity = capacity
            self.process = process
        }

        package init?(reading frame: UnsafeRawBufferPointer) {
            guard frame.count >= Self.byteCount else { return nil }
            capacity = frame.littleEndian(at: 4, as: UInt32.self)
            process = frame.littleEndian(at: 8, as: UInt32.self)
        }

        package func bytes(followedBy announcement: [UInt8]) -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: Self.byteCount)
            bytes.withUnsafeMutableBytes { frame in
                WorkerMessage.begin(.hello, in: frame)
                frame.storeLittleEndian(capacity, at: 4)
                frame.storeLittleEndian(process, at: 8)
            }
            return bytes + announcement
        }
    }

    /// The broker's answer to a hello.
    package struct Welcome: Sendable, Equatable {
        package static let byteCount = 16

        /// How often the broker pings, and after how long a silence either side takes the other for dead. Milliseconds.
        package var heartbeatInterval: UInt32
        package var livenessTimeout: UInt32

        package init(heartbeatInterval: UInt32, livenessTimeout: UInt32) {
            self.heartbeatInterval = heartbeatInterval
            self.livenessTimeout = livenessTimeout
        }

        package init?(reading frame: UnsafeRawBufferPointer) {
            guard frame.count >= Self.byteCount else { return nil }
            heartbeatInterval = frame.littleEndian(at: 4, as: UInt32.self)
            livenessTimeout = frame.littleEndian(at: 8, as: UInt32.self)
        }

        package var bytes: [UInt8] {
            var bytes = [UInt8](repeating: 0, count: Self.byteCount)
            bytes.withUnsafeMutableBytes { frame in
                WorkerMessage.begin(.welcome, in: frame)
                frame.storeLittleEndian(heartbeatInterval, at: 4)
                frame.storeLittleEndian(livenessTimeout, at: 8)
            }
            return bytes
        }
    }

    /// A worker's answer to a ping. Four bytes are a whole one; a worker that knows how much memory it takes says so in
    /// twelve more.
    package struct Pong: Sendable, Equatable {
        package static let byteCount = 4
        private static let fullByteCount = 16

        /// The process's resident memory in bytes; nil when the worker does not tell.
        package var residentBytes: UInt64?

        package init(residentBytes: UInt64? = nil) {
            self.residentBytes = residentBytes
        }

        package init?(reading frame: UnsafeRawBufferPointer) {
            guard frame.count >= Self.byteCount else { return nil }
            residentBytes = frame.count >= Self.fullByteCount ? frame.littleEndian(at: 8, as: UInt64.self) : nil
        }

        package var bytes: [UInt8] {
            guard let residentBytes else { return WorkerMessage.bytes(.pong) }
            var bytes = [UInt8](repeating: 0, count: Self.fullByteCount)
            bytes.withUnsafeMutableBytes { frame in
                WorkerMessage.begin(.pong, in: frame)
                frame.storeLittleEndian(residentBytes, at: 8)
            }
            return bytes
        }
    }

    /// The messages that name one request and say no more: `cancel` and `refusal`.
    package static func bytes(_ kind: Kind, request: UInt64) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 16)
        bytes.withUnsafeMutableBytes { frame in
            begin(kind, in: frame)
            frame.storeLittleEndian(request, at: 8)
        }
        return bytes
    }

    /// The request that a `cancel` or `refusal` names; nil when the frame is too short.
    package static func request(of frame: UnsafeRawBufferPointer) -> UInt64? {
        frame.count >= 16 ? frame.littleEndian(at: 8, as: UInt64.self) : nil
    }

    /// The messages of four bytes: `ping`, the short `pong`, `draining`, `goodbye`, `introduce`.
    package static func bytes(_ kind: Kind) -> [UInt8] {
        [kind.rawValue, version, 0, 0]
    }
}
