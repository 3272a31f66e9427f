/// Doubly linked chains over the slots of a table: a slot joins, leaves or moves in constant
/// time from wherever it stands, and nothing is allocated while it does. A slot is in one chain at a time.
struct SlotLinks {
    /// One chain: a value that its owner keeps.
    struct Chain {
        fileprivate(set) var first: Int32 = -1
        fileprivate(set) var last: Int32 = -1
        fileprivate(set) var count = 0

        var isEmpty: Bool { count == 0 }
    }

    private struct Link {
        var next: Int32 = -1
        var previous: Int32 = -1
    }

    private var links: [Link] = []

    /// Makes room for slots below `count`.
    mutating func grow(to count: Int) {
        while links.count < count { links.append(Link()) }
    }

    /// The slot behind `slot` in its chain, or -1.
    func following(_ slot: Int32) -> Int32 { links[Int(slot)].next }

    mutating func append(_ slot: Int32, to chain: inout Chain) {
        links[Int(slot)] = Link(next: -1, previous: chain.last)
        if chain.last >= 0 { links[Int(chain.last)].next = slot } else { chain.first = slot }
        chain.last = slot
        chain.count += 1
    }

    mutating func prepend(_ slot: Int32, to chain: inout Chain) {
        links[Int(slot)] = Link(next: chain.first, previous: -1)
        if chain.first >= 0 { links[Int(chain.first)].previous = slot } else { chain.last = slot }
        chain.first = slot
        chain.count += 1
    }

    /// - Precondition: `slot` is in `chain`.
    mutating func remove(_ slot: Int32, from chain: inout Chain) {
        let link = links[Int(slot)]
        if link.previous >= 0 { links[Int(link.previous)].next = link.next } else { chain.first = link.next }
        if link.next >= 0 { links[Int(link.next)].previous = link.previous } else { chain.last = link.previous }
        chain.count -= 1
    }
}
