internal import SibylProtocol

/// The requests that wait for one service: interactive before bulk, each in order of arrival.
struct RequestQueue {
    /// After so many interactive requests in a row one bulk request goes first, so that bulk never starves.
    private static let bulkShare = 8

    private var interactive = SlotLinks.Chain()
    private var bulk = SlotLinks.Chain()
    private var interactiveRun = 0
    private(set) var bytes = 0

    var count: Int { interactive.count + bulk.count }
    var isEmpty: Bool { count == 0 }

    mutating func append(_ slot: Int32, in table: inout RequestTable) {
        if table[slot].priority == .bulk {
            table.links.append(slot, to: &bulk)
        } else {
            table.links.append(slot, to: &interactive)
        }
        bytes += table[slot].size
    }

    /// Puts a request that had its turn back to the front.
    mutating func putBack(_ slot: Int32, in table: inout RequestTable) {
        if table[slot].priority == .bulk {
            table.links.prepend(slot, to: &bulk)
        } else {
            table.links.prepend(slot, to: &interactive)
        }
        bytes += table[slot].size
    }

    mutating func remove(_ slot: Int32, in table: inout RequestTable) {
        if table[slot].priority == .bulk {
            table.links.remove(slot, from: &bulk)
        } else {
            table.links.remove(slot, from: &interactive)
        }
        bytes -= table[slot].size
    }

    /// The request whose turn it is, still queued; nil when none waits.
    mutating func next() -> Int32? {
        if !interactive.isEmpty && (bulk.isEmpty || interactiveRun < Self.bulkShare) {
            interactiveRun += 1
            return interactive.first
        }
        interactiveRun = 0
        return bulk.isEmpty ? nil : bulk.first
    }
}
