internal import BasicContainers
internal import SibylProtocol
internal import SibylTransport

/// The bytes of the requests that the broker holds, by slot.
///
/// They stay until the client has its answer, so that a lost worker's requests can be given to another.
struct RequestStore: ~Copyable {
    struct Stored: ~Copyable {
        /// The envelope in the two-frame shape, and behind it the payload (or the client's one frame) when that is short.
        var head = Message()
        /// The payload, or the client's one frame, when it is long.
        var payload = Message()
        var envelopeBytes = 0
        var isShort = true
        var shape = MessageShape()

        /// The client's envelope; valid until the slot changes.
        mutating func envelope() -> UnsafeRawBufferPointer {
            guard shape.hasPayloadFrame else { return isShort ? head.bytesInPlace() : payload.bytesInPlace() }
            return UnsafeRawBufferPointer(start: head.bytesInPlace().baseAddress, count: envelopeBytes)
        }
    }

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
        let isShort = payload.count <= WorkerMessage.joinedBytes && envelope.count <= Int(UInt16.max)
        slots[Int(slot)].head.refill(byteCount: envelope.count + (isShort ? payload.count : 0)) { bytes in
            bytes.copy(envelope, to: 0)
            if isShort { bytes.copy(payload, to: envelope.count) }
        }
        if !isShort { slots[Int(slot)].payload.replace(with: frames[last].take()) }
        slots[Int(slot)].envelopeBytes = envelope.count
        slots[Int(slot)].isShort = isShort
        slots[Int(slot)].shape = shape
        return slot
    }

    private mutating func nextSlot() -> Int32 {
        if let free = vacant.popLast() { return free }
        slots.append(Stored())
        return Int32(slots.count - 1)
    }

    subscript(slot: Int32) -> Stored {
        _read { yield slots[Int(slot)] }
        _modify { yield &slots[Int(slot)] }
    }

    /// Lets the bytes go but not the slot.
    mutating func empty(_ slot: Int32) {
        slots[Int(slot)].head.clear()
        if !slots[Int(slot)].isShort { slots[Int(slot)].payload.clear() }
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
