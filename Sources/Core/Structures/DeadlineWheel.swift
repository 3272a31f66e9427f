/// A hashed timing wheel (Varghese and Lauck, 1987): setting and clearing a deadline takes constant time.
///
/// A tick is one millisecond. One turn is longer than the default deadline of a request (30 s), so that almost every
/// entry is met once, when it is due; what lies further ahead is met again at each turn.
struct DeadlineWheel {
    private static let bucketCount = 32_768
    private static let tick: Int64 = 1_000_000

    private var buckets = [SlotLinks.Chain](repeating: SlotLinks.Chain(), count: bucketCount)
    /// A bit for each bucket that holds something.
    private var occupied = [UInt64](repeating: 0, count: bucketCount / 64)
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
        occupied[bucket / 64] |= 1 << UInt64(bucket % 64)
        count += 1
    }

    mutating func clear(_ slot: Int32) {
        let tick = due[Int(slot)]
        guard tick >= 0 else { return }
        due[Int(slot)] = -1
        let bucket = Int(tick % Int64(Self.bucketCount))
        links.remove(slot, from: &buckets[bucket])
        if buckets[bucket].isEmpty { occupied[bucket / 64] &= ~(1 << UInt64(bucket % 64)) }
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
        var word = start / 64
        var bits = occupied[word] & (~0 << UInt64(start % 64))
        // One word more than the turn has: the first is looked at twice, its lower bits last.
        for _ in 0...occupied.count {
            if bits != 0 {
                let bucket = word * 64 + bits.trailingZeroBitCount
                let distance = (bucket - start + Self.bucketCount) % Self.bucketCount
                return current + 1 + Int64(distance)
            }
            word = (word + 1) % occupied.count
            bits = occupied[word]
        }
        return nil
    }
}
