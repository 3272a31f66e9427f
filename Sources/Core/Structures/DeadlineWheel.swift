/// A hashed timing wheel (Varghese and Lauck, 1987): setting and clearing a deadline takes constant time.
///
/// A tick is one millisecond. One turn is longer than the default deadline of a request (30 s), so that almost every
/// entry is met once, when it is due; what lies further ahead is met again at each turn.
struct DeadlineWheel {
    private static let bucketCount = 32_768
    private static let tick: Int64 = 1_000_000

    private var buckets = [SlotLinks.Chain](repeating: SlotLinks.Chain(), count: bucketCount)
    private var occupied = BitMap(count: bucketCount)
    private var links = SlotLinks()
    /// Each slot's deadline as a tick; -1 for none.
    private var due: [Int64] = []
    /// All ticks up to this one have been met.
    private var current: Int64
    private(set) var count = 0

    init(startingAt now: Instant) {
        current = now.nanoseconds / Self.tick
    }

    mutating func grow(to count: Int) {
        links.grow(to: count)
        while due.count < count { due.append(-1) }
    }

    /// - Precondition: `slot` has no deadline yet.
    mutating func set(_ slot: Int32, at deadline: Instant) {
        // Rounded up, so that nothing expires before its time; what is already over is due at the next tick.
        let rounded = deadline.nanoseconds / Self.tick + (deadline.nanoseconds % Self.tick > 0 ? 1 : 0)
        let tick = max(rounded, current + 1)
        due[Int(slot)] = tick
        let bucket = Int(tick % Int64(Self.bucketCount))
        links.append(slot, to: &buckets[bucket])
        occupied.insert(bucket)
        count += 1
    }

    mutating func clear(_ slot: Int32) {
        let tick = due[Int(slot)]
        guard tick >= 0 else { return }
        due[Int(slot)] = -1
        let bucket = Int(tick % Int64(Self.bucketCount))
        links.remove(slot, from: &buckets[bucket])
        if buckets[bucket].isEmpty { occupied.remove(bucket) }
        count -= 1
    }

    /// Clears every slot whose deadline has come and appends it to `expired`, in order of time.
    mutating func advance(to now: Instant, expired: inout [Int32]) {
        let target = now.nanoseconds / Self.tick
        // At most one turn: after that each bucket has been met.
        while current < target, count > 0 {
            guard let tick = nextOccupiedTick(), tick <= target else { break }
            current = tick
            collect(bucket: Int(tick % Int64(Self.bucketCount)), into: &expired)
        }
        current = max(current, target)
    }

    /// When the next bucket that holds something is to be met: never after the earliest deadline.
    var next: Instant? {
        guard count > 0, let tick = nextOccupiedTick() else { return nil }
        return Instant(nanoseconds: tick * Self.tick)
    }

    private mutating func collect(bucket: Int, into expired: inout [Int32]) {
        var slot = buckets[bucket].first
        while slot >= 0 {
            let following = links.following(slot)
            if due[Int(slot)] <= current {
                clear(slot)
                expired.append(slot)
            }
            slot = following
        }
    }

    /// The first tick after `current` whose bucket holds something, within one turn.
    private func nextOccupiedTick() -> Int64? {
        let start = Int((current + 1) % Int64(Self.bucketCount))
        guard let bucket = occupied.first(from: start) ?? occupied.first(from: 0) else { return nil }
        return current + 1 + Int64((bucket - start + Self.bucketCount) % Self.bucketCount)
    }
}

/// A set of small numbers as bits, with a bit for each word of them that is not empty: the next member is found in a few
/// steps, however far away it is.
private struct BitMap {
    private var words: [UInt64]
    private var summary: [UInt64]

    /// - Parameter count: a multiple of 4,096.
    init(count: Int) {
        words = [UInt64](repeating: 0, count: count / 64)
        summary = [UInt64](repeating: 0, count: count / 4_096)
    }

    mutating func insert(_ member: Int) {
        let word = member >> 6
        words[word] |= 1 << UInt64(member & 63)
        summary[word >> 6] |= 1 << UInt64(word & 63)
    }

    mutating func remove(_ member: Int) {
        let word = member >> 6
        words[word] &= ~(1 << UInt64(member & 63))
        if words[word] == 0 { summary[word >> 6] &= ~(1 << UInt64(word & 63)) }
    }

    /// The smallest member from `start` on.
    func first(from start: Int) -> Int? {
        let word = start >> 6
        let bits = words[word] & (~0 << UInt64(start & 63))
        if bits != 0 { return word << 6 + bits.trailingZeroBitCount }
        guard let next = Self.first(in: summary, from: word + 1) else { return nil }
        return next << 6 + words[next].trailingZeroBitCount
    }

    private static func first(in words: [UInt64], from start: Int) -> Int? {
        var word = start >> 6
        guard word < words.count else { return nil }
        var bits = words[word] & (~0 << UInt64(start & 63))
        // Ends with the words, of which there are eight.
        while bits == 0 {
            word += 1
            if word == words.count { return nil }
            bits = words[word]
        }
        return word << 6 + bits.trailingZeroBitCount
    }
}
