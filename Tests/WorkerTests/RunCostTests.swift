import SibylCore
import Testing

@testable import SibylWorker

/// What is learned from runs whose cost is known.
@Suite struct RunCostTests {
    private func cost(fixed: Int64, each: Int64, sizes: [Int]) -> RunCost {
        var cost = RunCost()
        for size in sizes { cost.record(items: size, .microseconds(fixed + each * Int64(size))) }
        return cost
    }

    @Test(arguments: [(4_440, 550), (0, 5_000), (700, 0)] as [(Int64, Int64)])
    func runsOfTwoSizesTellTheLine(fixed: Int64, each: Int64) {
        let cost = cost(fixed: fixed, each: each, sizes: [1, 4, 1, 4])
        #expect(cost.isKnown)
        #expect(abs(cost.fixed - Double(fixed) * 1_000) < 100)
        #expect(abs(cost.perItem - Double(each) * 1_000) < 100)
        #expect(abs(cost.gain - Double(fixed) / Double(fixed + each)) < 0.001)
        #expect(abs(cost.expected(items: 10).microseconds - fixed - 10 * each) <= 1)
    }

    @Test func runsOfOneSizeTellNoGain() {
        let cost = cost(fixed: 900, each: 100, sizes: [1, 1, 1])
        #expect(!cost.isKnown && cost.gain == 0)
        #expect(abs(cost.spanPerItem - 1_000_000) < 1)
        #expect(cost.expected(items: 2).microseconds == 2_000)
    }

    @Test func whatIsLongAgoIsForgotten() {
        var cost = cost(fixed: 0, each: 1_000, sizes: [1, 4])
        for size in 0..<400 { cost.record(items: 1 + size % 4, .microseconds(3_000)) }
        #expect(cost.gain > 0.99 && abs(cost.fixed - 3_000_000) < 30_000)
        // Of runs of one size alone nothing is left of the line in the end.
        for _ in 0..<400 { cost.record(items: 1, .microseconds(3_000)) }
        #expect(!cost.isKnown)
    }

    @Test func oneRunThatWasHeldUpCountsForLittle() {
        var cost = cost(fixed: 1_000, each: 100, sizes: [1, 8, 1, 8, 1, 8, 1, 8])
        cost.record(items: 1, .seconds(60))
        #expect(cost.expected(items: 1) < .milliseconds(3))
    }

    @Test func noiseMakesNeitherPartNegative() {
        var cost = RunCost()
        cost.record(items: 1, .microseconds(200))
        cost.record(items: 8, .microseconds(100))
        #expect(cost.perItem == 0 && cost.fixed > 0 && cost.gain == 1)
        cost = RunCost()
        cost.record(items: 1, .microseconds(1))
        cost.record(items: 2, .microseconds(4))
        #expect(cost.fixed == 0 && cost.perItem > 0)
    }
}
