internal import BasicContainers
internal import SibylProtocol
internal import SibylTransport

/// The bytes of the requests that the broker holds, by slot.
///
/// They stay until the client has its answer, so that a lost worker's requests can be given to another.
struct RequestStore: ~Copyable {
    struct Stored: ~Copyable {
        /// The first frame as a worker gets it: room for the header, the envelope in the two-frame shape, and behind it the
        /// payload (or the client's one frame) when that is short.
        var first = Message()
        /// The payload, or the client's one frame, when it is long.
        var second = Message()
        var envelopeBytes: UInt16 = 0
        var isJoined = true
        /// Whether libzmq shares the first frame, which must not be written any more.
        var isSent = false
        var shape = MessageShape()

        /// The client's envelope; valid until the slot changes.
        mutating func envelope() -> UnsafeRawBufferPointer {
            if !isJoined && !shape.hasPayloadFrame { return second.bytesInPlace() }
            let bytes = first.bytesInPlace()
            let end = isJoined && shape.hasPayloadFrame ? RequestStore.header + Int(envelopeBytes) : bytes.count
            return UnsafeRawBufferPointer(rebasing: bytes[min(RequestStore.header, end)..<end])
        }
    }

    private static let header = WorkerMessage.Dispatch.byteCount

    private var slots = UniqueArray<Stored>()
    private var vacant: [Int32] = []

    /// Takes a client's message in: a short one is copied into one piece, a long payload taken from `frames`.
    ///
    /// - Parameter place: where in `frames` the envelope is.
    mutating func insert(_ frames: borrowing Frames, at place: Int, shape: MessageShape) -> Int32 {
        let slot = nextSlot()
        let envelope = shape.hasPayloadFrame ? frames.bytes(place) : UnsafeRawBufferPointer(start: nil, count: 0)
        let last = shape.hasPayloadFrame ? place + 1 : place
        let payload = frames.bytes(last)
        let isJoined = payload.count <= WorkerMessage.joinedBytes && envelope.count <= Int(UInt16.max)
        let count = Self.header + envelope.count
        slots[Int(slot)].first.refill(byteCount: count + (isJoined ? payload.count : 0)) { frame in
            frame.copy(envelope, to: Self.header)
            if isJoined { frame.copy(payload, to: count) }
        }
        if !isJoined { slots[Int(slot)].second.replace(with: frames[last].take()) }
        slots[Int(slot)].envelopeBytes = isJoined ? UInt16(envelope.count) : 0
        slots[Int(slot)].isJoined = isJoined
        slots[Int(slot)].isSent = false
        slots[Int(slot)].shape = shape
        return slot
    }

    private mutating func nextSlot() -> Int32 {
        if let free = vacant.popLast() { return free }
        slots.append(Stored())
        return Int32(slots.count - 1)
    }

    /// Puts the first frame of a dispatch, with its header, into `frame`. The bytes are shared with libzmq, not given away:
    /// another worker may need them.
    mutating func dispatch(_ slot: Int32, _ header: WorkerMessage.Dispatch, into frame: inout Message) {
        var header = header
        header.envelopeBytes = slots[Int(slot)].envelopeBytes
        if slots[Int(slot)].isSent {
            // Another worker's: what libzmq may still be reading is left as it is.
            let copy = Message(copying: slots[Int(slot)].first.bytesInPlace())
            slots[Int(slot)].first.replace(with: copy)
        }
        header.write(to: UnsafeMutableRawBufferPointer(mutating: slots[Int(slot)].first.bytesInPlace()))
        slots[Int(slot)].isSent = true
        slots[Int(slot)].first.share(into: &frame)
    }

    subscript(slot: Int32) -> Stored {
        _read { yield slots[Int(slot)] }
        _modify { yield &slots[Int(slot)] }
    }

    /// Lets the bytes go but not the slot.
    mutating func empty(_ slot: Int32) {
        slots[Int(slot)].first.clear()
        if !slots[Int(slot)].isJoined { slots[Int(slot)].second.clear() }
    }

    mutating func free(_ slot: Int32) {
        empty(slot)
        vacant.append(slot)
    }
}

/// What a reply mirrors of its request.
struct MessageShape: Sendable {
    /// An empty frame comes first: a REQ put it there.
    var isDelimited = false
    /// An envelope and a payload frame; else all is in the envelope.
    var hasPayloadFrame = false
}

extension UnsafeMutableRawBufferPointer {
    @inline(__always)
    func copy(_ source: UnsafeRawBufferPointer, to offset: Int) {
        UnsafeMutableRawBufferPointer(rebasing: self[offset...]).copyMemory(from: source)
    }
}
