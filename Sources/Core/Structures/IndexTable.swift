/// Small indices by 64-bit keys: a hash table with open addressing and linear probing, whose deletions move later
/// entries up (Knuth, volume 3, 6.4, algorithm R), so that it never fills with tombstones.
///
/// A look-up costs a few nanoseconds, which is why it stands where every request passes; nothing iterates it.
package struct IndexTable: Sendable {
    private struct Entry {
        var key: UInt64 = 0
        /// -1 in an empty place.
        var index: Int32 = -1
    }

    private var entries = [Entry](repeating: Entry(), count: 64)
    private let seed: UInt64
    package private(set) var count = 0

    /// - Parameter seed: mixed into every key, so that strangers can't choose keys that meet in one place.
    package init(seed: UInt32) {
        self.seed = UInt64(seed) << 32 | UInt64(~seed)
    }

    package func index(of key: UInt64) -> Int32? {
        let place = place(of: key)
        return entries[place].index >= 0 ? entries[place].index : nil
    }

    /// - Precondition: the table does not hold `key` yet; `index` is not negative.
    package mutating func insert(_ index: Int32, for key: UInt64) {
        // Half full at most: chains of probes stay short.
        if (count + 1) * 2 > entries.count { grow() }
        entries[place(of: key)] = Entry(key: key, index: index)
        count += 1
    }

    package mutating func remove(_ key: UInt64) {
        var hole = place(of: key)
        guard entries[hole].index >= 0 else { return }
        var next = following(hole)
        // Ends at an empty place, of which at least half are.
        while entries[next].index >= 0 {
            let distanceFromHome = (next - home(of: entries[next].key)) & (entries.count - 1)
            if distanceFromHome >= (next - hole) & (entries.count - 1) {
                entries[hole] = entries[next]
                hole = next
            }
            next = following(next)
        }
        entries[hole] = Entry()
        count -= 1
    }

    /// Where `key` stands, or the empty place where it would.
    private func place(of key: UInt64) -> Int {
        var place = home(of: key)
        while entries[place].index >= 0 && entries[place].key != key { place = following(place) }
        return place
    }

    /// Where the search for `key` begins: the finaliser of MurmurHash3, over the seed.
    private func home(of key: UInt64) -> Int {
        var hash = key ^ seed
        hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ (hash >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        return Int(truncatingIfNeeded: hash ^ (hash >> 33)) & (entries.count - 1)
    }

    private func following(_ place: Int) -> Int { (place + 1) & (entries.count - 1) }

    private mutating func grow() {
        let old = entries
        entries = [Entry](repeating: Entry(), count: old.count * 2)
        for entry in old where entry.index >= 0 { entries[place(of: entry.key)] = entry }
    }
}
