/// A job: a dispatched request that was accepted. Its bytes are the shell's.
struct JobRecord {
    var request = RequestID(rawValue: 0)
    /// Who waits for the answer; -1 when nobody does any more.
    var broker: Int32 = -1
    /// The broker took it back while it was computed, or before it could be withdrawn.
    var isCancelled = false
}

/// All jobs that are queued or computed, by slot. A slot is used again once its answer is there or it is withdrawn.
struct JobTable {
    private var records: [JobRecord] = []
    private var vacant: [Int32] = []
    private(set) var links = SlotLinks()
    private(set) var count = 0

    subscript(slot: Int32) -> JobRecord {
        _read { yield records[Int(slot)] }
        _modify { yield &records[Int(slot)] }
    }

    mutating func insert(_ request: RequestID, of broker: Int32, to chain: inout SlotLinks.Chain) -> Int32 {
        let slot = vacant.popLast() ?? grow()
        records[Int(slot)] = JobRecord(request: request, broker: broker)
        links.append(slot, to: &chain)
        count += 1
        return slot
    }

    mutating func remove(_ slot: Int32, from chain: inout SlotLinks.Chain) {
        links.remove(slot, from: &chain)
        free(slot)
    }

    /// Frees the slot of a job that is in no chain.
    mutating func free(_ slot: Int32) {
        vacant.append(slot)
        count -= 1
    }

    /// Takes every job out of the chain; nobody waits for them any more.
    mutating func orphan(_ chain: inout SlotLinks.Chain) {
        // Each turn takes one out.
        while !chain.isEmpty {
            let slot = chain.first
            links.remove(slot, from: &chain)
            records[Int(slot)].broker = -1
        }
    }

    /// The slot of the request in `chain`. It walks the chain, which a broker's credit bounds, and only for a cancel.
    func slot(of request: RequestID, in chain: SlotLinks.Chain) -> Int32? {
        var slot = chain.first
        while slot >= 0 {
            if records[Int(slot)].request == request { return slot }
            slot = links.following(slot)
        }
        return nil
    }

    private mutating func grow() -> Int32 {
        records.append(JobRecord())
        links.grow(to: records.count)
        return Int32(records.count - 1)
    }
}
