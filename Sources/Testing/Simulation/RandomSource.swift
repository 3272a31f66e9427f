/// Random numbers from a seed, the same on every machine: xoshiro256** 1.0 (Blackman and Vigna, 2018), whose state is
/// filled by splitmix64 (Steele, Lea and Flood, 2014). No floating point, which differs in its last bits.
struct RandomSource: Sendable {
    private var s0: UInt64
    private var s1: UInt64
    private var s2: UInt64
    private var s3: UInt64

    init(seed: UInt64) {
        var filler = SplitMix(state: seed)
        (s0, s1, s2, s3) = (filler.next(), filler.next(), filler.next(), filler.next())
    }

    /// - Parameter state: not all zero.
    init(state: (UInt64, UInt64, UInt64, UInt64)) {
        (s0, s1, s2, s3) = state
    }

    mutating func next() -> UInt64 {
        let result = Self.rotate(s1 &* 5, 7) &* 9
        let shifted = s1 << 17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= shifted
        s3 = Self.rotate(s3, 45)
        return result
    }

    /// A source whose numbers have nothing to do with this one's, so that what one part draws moves no other part.
    mutating func fork() -> RandomSource {
        RandomSource(seed: next())
    }

    /// From 0 to below `bound`, which is above 0; the bias of 2⁻⁶⁴ times `bound` is of no interest here.
    mutating func below(_ bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    mutating func between(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// Mostly near the lower bound, now and then far from it.
    mutating func skewed(_ range: ClosedRange<Int>) -> Int {
        let width = range.upperBound - range.lowerBound + 1
        return range.lowerBound + below(below(below(width) + 1) + 1)
    }

    mutating func chance(percent: Int) -> Bool {
        below(100) < percent
    }

    mutating func chance(perMille: Int) -> Bool {
        below(1_000) < perMille
    }

    mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[below(choices.count)]
    }

    private static func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 {
        value << count | value >> (64 - count)
    }
}

/// Scrambles a number: the finaliser of splitmix64, one to one on 64 bits.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.scrambled(state)
    }

    static func scrambled(_ number: UInt64) -> UInt64 {
        var mixed = number
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
