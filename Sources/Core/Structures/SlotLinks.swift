/// Doubly linked chains over the slots of a table, in two parallel arrays: a slot joins, leaves or moves in constant
/// time from wherever it stands, and nothing is allocated while it does. A slot is in one chain at a time.
struct SlotLinks {
    /// One chain: a value that its owner keeps.
    struct Chain {
        fileprivate(set) var first: Int32 = -1
        fileprivate(set) var last: Int32 = -1
        fileprivate(set) var count = 0

        var isEmpty: Bool { count == 0 }
    }

    private var next: [Int32] = []
    private var previous: [Int32] = []

    /// Makes room for slots below `count`.
    mutating func grow(to count: Int) {
        while next.count < count {
            next.append(-1)
            previous.append(-1)
        }
    }

    /// The slot behind `slot` in its chain, or -1.
    func following(_ slot: Int32) -> Int32 { next[Int(slot)] }

    mutating func append(_ slot: Int32, to chain: inout Chain) {
        next[Int(slot)] = -1
        previous[Int(slot)] = chain.last
        if chain.last >= 0 { next[Int(chain.last)] = slot } else { chain.first = slot }
        chain.last = slot
        chain.count += 1
    }

    mutating func prepend(_ slot: Int32, to chain: inout Chain) {
        previous[Int(slot)] = -1
        next[Int(slot)] = chain.first
        if chain.first >= 0 { previous[Int(chain.first)] = slot } else { chain.last = slot }
        chain.first = slot
        chain.count += 1
    }

    /// - Precondition: `slot` is in `chain`.
    mutating func remove(_ slot: Int32, from chain: inout Chain) {
        let before = previous[Int(slot)]
        let after = next[Int(slot)]
        if before >= 0 { next[Int(before)] = after } else { chain.first = after }
        if after >= 0 { previous[Int(after)] = before } else { chain.last = before }
        chain.count -= 1
    }
}
