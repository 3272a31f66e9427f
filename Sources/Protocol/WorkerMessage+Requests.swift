extension WorkerMessage {
    /// The longest payload that is joined to the frame before it: up to about here a copy costs less than a frame.
    package static let joinedBytes = 1_024

    /// Hands a request to a worker.
    ///
    /// Two-frame shape: the client's envelope follows the header in the same frame, the payload is frame 1.
    /// One-frame shape: frame 1 is the client's message. So a long payload is moved and never copied; a short one is
    /// joined to the first frame.
    package struct Dispatch: Sendable, Equatable {
        package static let byteCount = 32

        /// The broker's own name for the request.
        package var request: UInt64
        /// The model's place in the worker's hello.
        package var model: UInt32
        /// What is left of the client's deadline, in microseconds.
        package var timeLeft: UInt64
        /// How long the request has waited so far, in microseconds.
        package var queued: UInt32
        /// 1 for the first try.
        package var attempt: UInt32
        /// The length of the envelope in a joined message; else 0.
        package var envelopeBytes: UInt16
        package var flags: Flags

        package init(
            request: UInt64, model: UInt32, timeLeft: UInt64, queued: UInt32, attempt: UInt32,
            envelopeBytes: UInt16 = 0, flags: Flags
        ) {
            self.request = request
            self.model = model
            self.timeLeft = timeLeft
            self.queued = queued
            self.attempt = attempt
            self.envelopeBytes = envelopeBytes
            self.flags = flags
        }

        /// Nil when the frame is too short to be one.
        package init?(reading frame: UnsafeRawBufferPointer) {
            guard frame.count >= Self.byteCount else { return nil }
            flags = WorkerMessage.flags(of: frame)
            queued = frame.littleEndian(at: 4, as: UInt32.self)
            request = frame.littleEndian(at: 8, as: UInt64.self)
            timeLeft = frame.littleEndian(at: 16, as: UInt64.self)
            model = frame.littleEndian(at: 24, as: UInt32.self)
            attempt = UInt32(frame.littleEndian(at: 28, as: UInt16.self))
            envelopeBytes = frame.littleEndian(at: 30, as: UInt16.self)
        }

        /// Writes the header into the first 32 bytes of `frame`.
        package func write(to frame: UnsafeMutableRawBufferPointer) {
            WorkerMessage.begin(.dispatch, flags, in: frame)
            frame.storeLittleEndian(queued, at: 4)
            frame.storeLittleEndian(request, at: 8)
            frame.storeLittleEndian(timeLeft, at: 16)
            frame.storeLittleEndian(model, at: 24)
            frame.storeLittleEndian(UInt16(clamping: attempt), at: 28)
            frame.storeLittleEndian(envelopeBytes, at: 30)
        }
    }

    /// A worker's answer, in the shape of the request: the reply envelope follows the header and the payload is
    /// frame 1, or (one-frame shape, and every error) frame 1 is the whole reply. A short one is joined, as in a dispatch.
    package struct Answer: Sendable, Equatable {
        package static let byteCount = 32

        package var request: UInt64
        /// The error's code, nil for an `ok`.
        package var failure: ErrorCode?
        /// Time in the worker's queue and in its model, in microseconds.
        package var queued: UInt32
        package var computed: UInt32
        /// Inputs that were computed together: several requests', or the length of the request's batch; 0 when none was.
        package var items: UInt32
        /// The length of the envelope in a joined message; else 0.
        package var envelopeBytes: UInt32
        package var flags: Flags

        package init(
            request: UInt64, failure: ErrorCode? = nil, queued: UInt32, computed: UInt32, items: UInt32,
            envelopeBytes: UInt32 = 0, flags: Flags
        ) {
            self.request = request
            self.failure = failure
            self.queued = queued
            self.computed = computed
            self.items = items
            self.envelopeBytes = envelopeBytes
            self.flags = flags
        }

        /// Nil when the frame is too short. An error that this version does not know counts as `internal`: the client reads
        /// its name in the reply.
        package init?(reading frame: UnsafeRawBufferPointer) {
            guard frame.count >= Self.byteCount else { return nil }
            flags = WorkerMessage.flags(of: frame)
            let code = frame.littleEndian(at: 4, as: UInt32.self)
            if code != 0 { failure = UInt8(exactly: code).flatMap(ErrorCode.init(rawValue:)) ?? .internal }
            request = frame.littleEndian(at: 8, as: UInt64.self)
            queued = frame.littleEndian(at: 16, as: UInt32.self)
            computed = frame.littleEndian(at: 20, as: UInt32.self)
            items = frame.littleEndian(at: 24, as: UInt32.self)
            envelopeBytes = frame.littleEndian(at: 28, as: UInt32.self)
        }

        /// Writes the header into the first 32 bytes of `frame`.
        package func write(to frame: UnsafeMutableRawBufferPointer) {
            WorkerMessage.begin(.answer, flags, in: frame)
            frame.storeLittleEndian(UInt32(failure?.rawValue ?? 0), at: 4)
            frame.storeLittleEndian(request, at: 8)
            frame.storeLittleEndian(queued, at: 16)
            frame.storeLittleEndian(computed, at: 20)
            frame.storeLittleEndian(items, at: 24)
            frame.storeLittleEndian(envelopeBytes, at: 28)
        }
    }

    /// What follows the header of a dispatch or an answer: an envelope, empty in the one-frame shape, and the payload or
    /// whole message.
    package struct Parts {
        package var envelope: UnsafeRawBufferPointer
        package var payload: UnsafeRawBufferPointer

        /// Nothing.
        package init() {
            envelope = UnsafeRawBufferPointer(start: nil, count: 0)
            payload = envelope
        }

        /// - Parameters:
        ///   - first: a frame with the header.
        ///   - second: the frame behind it; nil when the message is joined.
        ///   - envelopeBytes: what the header says of it.
        /// - Returns: nil when a joined message is shorter than it says.
        @inline(__always)
        package init?(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer?, envelopeBytes: Int) {
            if let second {
                envelope = UnsafeRawBufferPointer(rebasing: first[Dispatch.byteCount...])
                payload = second
            } else {
                let end = Dispatch.byteCount + envelopeBytes
                guard end <= first.count else { return nil }
                envelope = UnsafeRawBufferPointer(rebasing: first[Dispatch.byteCount..<end])
                payload = UnsafeRawBufferPointer(rebasing: first[end...])
            }
        }
    }
}
