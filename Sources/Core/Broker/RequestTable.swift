internal import SibylProtocol

/// The broker's own name for a request: its slot, and a number that makes names of reused slots differ.
package struct RequestID: Sendable, Hashable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    init(slot: Int32, generation: UInt32) {
        rawValue = UInt64(generation) << 32 | UInt64(UInt32(bitPattern: slot))
    }

    var slot: Int32 { Int32(truncatingIfNeeded: rawValue) }
}

/// What the broker knows of a request. Its bytes are the shell's.
struct RequestRecord {
    /// Where a request is in its life.
    enum State: UInt8 {
        /// The slot is unused.
        case free
        /// Its model is not known, and the broker started so recently that it may yet be: leaves for its service's queue
        /// or for an error.
        case held
        /// In its service's queue: leaves it for a worker, an error, or a cancel.
        case queued
        /// A worker has it: answered, or queued again when the worker is lost.
        case dispatched
        /// Its client has been answered or is gone, but the worker has not said so yet and its credit is still taken.
        case abandoned
    }

    var state = State.free
    // Not `[]`: across modules that is a loop over an empty array.
    var flags = WorkerMessage.Flags(rawValue: 0)
    var priority = Priority.interactive
    var attempts: UInt32 = 0
    var generation: UInt32 = 0
    var service: Int32 = -1
    var worker: Int32 = -1
    var size = 0
    /// Inputs in it, as far as its first bytes tell: what its tenant pays.
    var cost: UInt32 = 1
    /// Whom to be fair to.
    var tenant: UInt64 = 0
    /// Its tenant's place in the queue; -1 when it was given back to it.
    var flow: Int32 = -1
    /// Whether it is on its last attempt and gets a worker of its own.
    var isIsolated = false
    var client = PeerID(rawValue: 0)
    /// A hash of the client's own id for it, which is all that a cancel names.
    var clientRequest: UInt64 = 0
    var arrival = Instant(nanoseconds: 0)
    var deadline = Instant(nanoseconds: 0)
    var dispatched = Instant(nanoseconds: 0)
}

extension RequestRecord {
    init(_ arrival: RequestArrival, at now: Instant, defaultTimeout: Instant.Span) {
        flags = arrival.flags
        priority = arrival.priority
        size = arrival.size
        cost = max(1, arrival.cost)
        tenant = arrival.tenant
        client = arrival.client
        clientRequest = arrival.clientRequest
        self.arrival = now
        deadline = now + (arrival.timeout ?? defaultTimeout)
    }

    /// A worker gets it.
    mutating func give(to worker: Int32, at now: Instant) {
        state = .dispatched
        self.worker = worker
        attempts += 1
        dispatched = now
    }
}

/// All requests that the broker holds, by slot. The shell chooses slots and keeps the bytes beside them.
struct RequestTable {
    private(set) var records: [RequestRecord] = []
    var links = SlotLinks()
    var deadlines: DeadlineWheel
    private var clients: ClientTable
    private(set) var count = 0
    private(set) var abandonedCount = 0
    /// Where generations start: a broker that was restarted names no request as it did before, so that an answer to
    /// its former self is never taken for one to it.
    private let epoch: UInt32

    init(epoch: UInt32, now: Instant) {
        self.epoch = epoch
        clients = ClientTable(seed: epoch)
        deadlines = DeadlineWheel(startingAt: now)
    }

    subscript(slot: Int32) -> RequestRecord {
        _read { yield records[Int(slot)] }
        _modify { yield &records[Int(slot)] }
    }

    /// Puts a request into a free slot.
    mutating func insert(_ record: RequestRecord, at slot: Int32) {
        if Int(slot) >= records.count { grow(to: Int(slot) + 1) }
        var record = record
        record.generation = records[Int(slot)].generation &+ 1
        records[Int(slot)] = record
        deadlines.set(slot, at: record.deadline)
        clients.add(slot, of: record.client)
        count += 1
    }

    /// The client has its answer; the worker still holds the request.
    mutating func abandon(_ slot: Int32) {
        deadlines.clear(slot)
        clients.remove(slot, of: records[Int(slot)].client)
        records[Int(slot)].state = .abandoned
        abandonedCount += 1
    }

    mutating func remove(_ slot: Int32) {
        if records[Int(slot)].state == .abandoned {
            abandonedCount -= 1
        } else {
            deadlines.clear(slot)
            clients.remove(slot, of: records[Int(slot)].client)
        }
        records[Int(slot)].state = .free
        count -= 1
    }

    func id(of slot: Int32) -> RequestID {
        RequestID(slot: slot, generation: records[Int(slot)].generation)
    }

    /// The slot of a request that is still the one of that name.
    func slot(of id: RequestID) -> Int32? {
        let slot = id.slot
        guard slot >= 0, Int(slot) < records.count, records[Int(slot)].state != .free,
            self.id(of: slot) == id
        else { return nil }
        return slot
    }

    /// The requests of a client that are not answered, the oldest first.
    func slots(of client: PeerID) -> [Int32] { clients.slots(of: client) }

    private mutating func grow(to count: Int) {
        while records.count < count {
            var record = RequestRecord()
            record.generation = epoch
            records.append(record)
        }
        links.grow(to: count)
        deadlines.grow(to: count)
        clients.grow(to: count)
    }
}
