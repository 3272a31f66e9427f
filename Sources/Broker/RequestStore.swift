internal import BasicContainers
internal import SibylTransport

/// The bytes of the requests that the broker holds, by slot.
///
/// They stay until the client has its answer, so that a lost worker's requests can be given to another.
struct RequestStore: ~Copyable {
    struct Stored: ~Copyable {
        var envelope = Message()
        var payload = Message()
        var shape = MessageShape()
    }

    private var slots = UniqueArray<Stored>()
    private var vacant: [Int32] = []

    /// Takes a client's frames in; the caller's are left empty.
    mutating func insert(envelope: inout Message, payload: inout Message, shape: MessageShape) -> Int32 {
        let slot: Int32
        if let free = vacant.popLast() {
            slot = free
        } else {
            slot = Int32(slots.count)
            slots.append(Stored())
        }
        slots[Int(slot)].envelope.replace(with: envelope.take())
        slots[Int(slot)].payload.replace(with: payload.take())
        slots[Int(slot)].shape = shape
        return slot
    }

    subscript(slot: Int32) -> Stored {
        _read { yield slots[Int(slot)] }
        _modify { yield &slots[Int(slot)] }
    }

    /// Lets the bytes go but not the slot.
    mutating func empty(_ slot: Int32) {
        slots[Int(slot)].envelope.clear()
        slots[Int(slot)].payload.clear()
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
