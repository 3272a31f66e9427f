internal import Synchronization

/// Takes a share of what it is asked about: of each next one with the same chance, and the same ones again for one seed,
/// where one thread asks.
final class Sampler: Sendable {
    /// Of 2^64; nil takes all.
    private let threshold: UInt64?
    private let seed: UInt64
    private let count = Atomic<UInt64>(0)

    /// - Parameter rate: 0 takes none, 1 all.
    init(rate: Double, seed: UInt64) {
        threshold = rate >= 1 ? nil : UInt64(max(0, rate) * 0x1p64)
        self.seed = seed
    }

    /// Sets the next few apart, and returns the number of the first.
    func next(_ count: Int) -> UInt64 {
        self.count.add(UInt64(count), ordering: .relaxed).oldValue
    }

    func takes(_ number: UInt64) -> Bool {
        guard let threshold else { return true }
        return Self.scrambled(seed &+ (number &+ 1) &* 0x9E37_79B9_7F4A_7C15) < threshold
    }

    /// The finaliser of splitmix64 (Steele, Lea and Flood, 2014).
    private static func scrambled(_ number: UInt64) -> UInt64 {
        var mixed = number
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
