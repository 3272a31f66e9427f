import Testing

@testable import SibylCore

@Suite struct DeadlineWheelTests {
    private func instant(_ milliseconds: Int64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }

    @Test func nothingExpiresBeforeItsTimeAndAllAtIt() {
        var wheel = DeadlineWheel(startingAt: instant(0))
        wheel.grow(to: 3)
        wheel.set(0, at: instant(10))
        wheel.set(1, at: instant(20))
        wheel.set(2, at: Instant(nanoseconds: 20_000_001))
        var expired: [Int32] = []
        wheel.advance(to: instant(9), expired: &expired)
        #expect(expired.isEmpty)
        wheel.advance(to: instant(20), expired: &expired)
        #expect(expired == [0, 1])
        wheel.advance(to: instant(21), expired: &expired)
        #expect(expired == [0, 1, 2])
        #expect(wheel.count == 0)
    }

    @Test func whatIsOverAlreadyExpiresAtTheNextTick() {
        var wheel = DeadlineWheel(startingAt: instant(100))
        wheel.grow(to: 1)
        wheel.set(0, at: instant(50))
        #expect(wheel.next == instant(101))
    }

    @Test func aClearedDeadlineNeverComes() {
        var wheel = DeadlineWheel(startingAt: instant(0))
        wheel.grow(to: 1)
        wheel.set(0, at: instant(5))
        wheel.clear(0)
        wheel.clear(0)
        var expired: [Int32] = []
        wheel.advance(to: instant(1_000_000), expired: &expired)
        #expect(expired.isEmpty)
        #expect(wheel.next == nil)
    }

    @Test func moreThanATurnAheadIsMetWhenItIsDue() {
        var wheel = DeadlineWheel(startingAt: instant(0))
        wheel.grow(to: 1)
        wheel.set(0, at: instant(200_000))
        var expired: [Int32] = []
        var now: Int64 = 0
        // The wheel asks to be looked at once a turn, and never after the deadline.
        while expired.isEmpty {
            guard let next = wheel.next else { break }
            now = next.nanoseconds / 1_000_000
            #expect(now <= 200_000)
            wheel.advance(to: next, expired: &expired)
        }
        #expect(now == 200_000)
    }

    /// A wheel against a sorted list, on random histories.
    @Test(arguments: 0..<50)
    func agreesWithASortedList(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var wheel = DeadlineWheel(startingAt: instant(0))
        wheel.grow(to: 64)
        var model: [Int32: Int64] = [:]
        var now: Int64 = 0
        for _ in 0..<500 {
            let slot = Int32(random.next() % 64)
            switch random.next() % 3 {
            case 0 where model[slot] == nil:
                let due = now + 1 + Int64(random.next() % 100_000)
                wheel.set(slot, at: instant(due))
                model[slot] = due
            case 1:
                wheel.clear(slot)
                model[slot] = nil
            default:
                now += Int64(random.next() % 5_000)
                var expired: [Int32] = []
                wheel.advance(to: instant(now), expired: &expired)
                let expected = model.filter { $0.value <= now }.keys
                #expect(Set(expired) == Set(expected), "seed \(seed)")
                for slot in expired { model[slot] = nil }
            }
            #expect(wheel.count == model.count, "seed \(seed)")
        }
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014): a seed that replays.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
