internal import SibylJSON

/// Responses by the bytes of what was asked, the least recently asked for first to go.
///
/// A hash table of its own rather than a dictionary, since it is asked with bytes that are somebody else's: a hit
/// allocates nothing.
struct ResponseTable {
    /// What an entry takes beside its bytes, about.
    static let overhead = 128
    private static let none = -1

    private struct Slot {
        var key: [UInt8]
        var hash: Int
        var response: CachedResponse
        /// The next in the chain of its hash.
        var next: Int
        var older: Int
        var newer: Int

        var bytes: Int { key.count + response.bytes.count + ResponseTable.overhead }
    }

    private let mostEntries: Int
    private let mostBytes: Int
    private var slots: [Slot] = []
    private var free: [Int] = []
    /// The first slot of each hash.
    private var chains: [Int: Int] = [:]
    private var oldest = none
    private var newest = none
    private(set) var bytes = 0
    var count: Int { slots.count - free.count }

    init(entries: Int, bytes: Int) {
        (mostEntries, mostBytes) = (max(0, entries), max(0, bytes))
    }

    /// The response kept for a key, which has just been asked for.
    mutating func response(for key: UnsafeRawBufferPointer, hash: Int) -> CachedResponse? {
        var place = chains[hash] ?? Self.none
        // Ends with the chain, which has more than one slot only for keys that share a hash of 64 bits.
        while place != Self.none {
            if slots[place].key.withUnsafeBytes({ $0.isEqual(to: key) }) {
                touch(place)
                return slots[place].response
            }
            place = slots[place].next
        }
        return nil
    }

    /// Keeps a response for a key that has none.
    ///
    /// - Returns: how many others had to go.
    mutating func insert(_ key: [UInt8], hash: Int, _ response: CachedResponse) -> Int {
        let slot = Slot(
            key: key, hash: hash, response: response, next: chains[hash] ?? Self.none, older: newest, newer: Self.none)
        guard mostEntries > 0, slot.bytes <= mostBytes else { return 0 }
        let place = put(slot)
        chains[hash] = place
        if newest != Self.none { slots[newest].newer = place } else { oldest = place }
        newest = place
        bytes += slot.bytes
        var evicted = 0
        // Ends with the new one at the latest, which fits.
        while count > mostEntries || bytes > mostBytes {
            remove(oldest)
            evicted += 1
        }
        return evicted
    }

    private mutating func put(_ slot: Slot) -> Int {
        if let place = free.popLast() {
            slots[place] = slot
            return place
        }
        slots.append(slot)
        return slots.count - 1
    }

    private mutating func touch(_ place: Int) {
        if place == newest { return }
        unlink(place)
        slots[place].older = newest
        slots[place].newer = Self.none
        slots[newest].newer = place
        newest = place
    }

    /// Takes a slot out of the order of age.
    private mutating func unlink(_ place: Int) {
        let (older, newer) = (slots[place].older, slots[place].newer)
        if older == Self.none { oldest = newer } else { slots[older].newer = newer }
        if newer == Self.none { newest = older } else { slots[newer].older = older }
    }

    private mutating func remove(_ place: Int) {
        unlink(place)
        let hash = slots[place].hash
        if chains[hash] == place {
            chains[hash] = slots[place].next == Self.none ? nil : slots[place].next
        } else {
            var other = chains[hash] ?? Self.none
            // Ends with the chain, in which it is.
            while other != Self.none && slots[other].next != place { other = slots[other].next }
            if other != Self.none { slots[other].next = slots[place].next }
        }
        bytes -= slots[place].bytes
        slots[place].key = []
        slots[place].response = CachedResponse(bytes: [], jsonLength: 0)
        free.append(place)
    }
}
