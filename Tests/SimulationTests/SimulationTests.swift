import SibylProtocol
import Testing

@testable import SibylTesting

/// The real cores through made-up histories.
@Suite struct SimulationTests {
    /// As many as a debug build does in some seconds; `sibyl simulate --count 100000` does the rest.
    private static let seeds: ClosedRange<UInt64> = 1...400

    private static func run() async -> [SimulationOutcome] {
        await withTaskGroup(of: SimulationOutcome.self) { group in
            for seed in seeds { group.addTask { Simulation.run(seed: seed) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test func everyRuleHoldsAndEverythingThatMayHappenDoes() async {
        let outcomes = await Self.run()
        #expect(outcomes.count == Self.seeds.count)
        for outcome in outcomes {
            guard let violation = outcome.violation else { continue }
            let events = outcome.lastLines.joined(separator: "\n")
            Issue.record("seed \(outcome.seed) broke \(violation.rule.rawValue): \(violation.text)\n\(events)")
        }
        var coverage = Coverage()
        for outcome in outcomes { coverage.add(outcome.coverage) }
        expectEverything(in: coverage)
    }

    /// What is never reached is never proven.
    private func expectEverything(in coverage: Coverage) {
        // These take some thousand seeds.
        let rare: [Coverage.Item] = [.expiredAtWorker, .staleDispatches, .blockedSends]
        for item in Coverage.Item.allCases where !rare.contains(item) {
            #expect(coverage[item] > 0, "\(item.label)")
        }
        let codes: [ErrorCode] = [
            .modelNotFound, .versionNotFound, .overloaded, .unavailable, .deadlineExceeded, .workerLost,
            .predictionFailed,
        ]
        for code in codes { #expect(coverage[error: code] > 0, "\(code.wireName)") }
        #expect(coverage.rows.filter { $0.section == "faults" }.count >= 12)
    }

    @Test func oneSeedIsOneHistory() {
        for seed in [1, 2, 3, 77, 1 << 40] as [UInt64] {
            var texts: [[String]] = [[], []]
            let hashes = texts.indices.map { run in Simulation.run(seed: seed) { texts[run].append($0) }.hash }
            #expect(hashes[0] == hashes[1])
            #expect(texts[0] == texts[1] && texts[0].count > 10)
        }
    }

    @Test func differentSeedsAreDifferentHistories() {
        let hashes = Set((1...30).map { Simulation.run(seed: $0).hash })
        #expect(hashes.count == 30)
        #expect(!hashes.contains(0))
    }

    @Test func aScenarioTellsWhatItIs() {
        let lines = Scenario(seed: 5).lines
        #expect(lines.count > 4 && lines == Scenario(seed: 5).lines)
        #expect(lines != Scenario(seed: 6).lines)
    }
}

/// The generator that everything is drawn from.
@Suite struct RandomSourceTests {
    /// The reference implementation's first numbers for the state 1, 2, 3, 4.
    @Test func isTheGeneratorThatItSays() {
        var random = RandomSource(state: (1, 2, 3, 4))
        let expected: [UInt64] = [
            11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360,
        ]
        #expect(expected.map { _ in random.next() } == expected)
    }

    @Test func staysWithinItsBounds() {
        var random = RandomSource(seed: 9)
        for _ in 0..<2_000 {
            #expect((0..<7).contains(random.below(7)))
            #expect((3...5).contains(random.between(3...5)))
            #expect((3...500).contains(random.skewed(3...500)))
        }
        #expect(Set((0..<200).map { _ in random.below(7) }).count == 7)
    }
}
