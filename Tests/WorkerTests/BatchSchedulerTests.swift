import SibylCore
import SibylInference
import SibylProtocol
import Testing

@testable import SibylWorker

/// The order in which executors get what waits, and how much of it at once.
@Suite struct BatchSchedulerTests {
    /// A fixture whose models are known to take a microsecond an item.
    private func quick(executors: Int = 1) -> SchedulerFixture {
        let fixture = SchedulerFixture(executors: executors)
        for model in 0..<2 { fixture.teach(model: model, fixed: 0, each: 1) }
        return fixture
    }

    @Test func interactiveJobsGoFirstAndBulkGetsOneInNine() {
        let fixture = SchedulerFixture()
        fixture.teach(fixed: 0, each: 5_000)
        fixture.add((1...2).map { fixture.job(100 + $0, bulk: true) } + (1...17).map { fixture.job($0) })
        let order = (1...19).flatMap { _ in fixture.take() }
        #expect(order == Array(1...8) + [101] + Array(9...16) + [102, 17])
        #expect(fixture.scheduler.isEmpty)
    }

    @Test func jobsOfOneModelAndOnePriorityAreTakenTogether() {
        let fixture = quick()
        fixture.add(
            fixture.job(1), fixture.job(101, bulk: true), fixture.job(2), fixture.job(3, model: 1), fixture.job(4),
            fixture.job(102, bulk: true))
        #expect(fixture.take() == [1, 2, 4])
        #expect(fixture.take() == [3])
        #expect(fixture.take() == [101, 102])
    }

    @Test func amongModelsTheOneWhoseJobCameFirstIsNext() {
        let fixture = quick()
        fixture.add(fixture.job(1, model: 1), fixture.job(2), fixture.job(3, model: 1))
        #expect(fixture.take() == [1, 3])
        fixture.add(fixture.job(4, model: 1))
        #expect(fixture.take() == [2])
        #expect(fixture.take() == [4])
    }

    @Test func whatIsTakenTogetherCountsOneByOne() {
        let fixture = quick()
        fixture.add((1...40).map { fixture.job($0) } + [fixture.job(101, bulk: true)])
        #expect(fixture.take() == Array(1...32))
        #expect(fixture.take() == [101])
    }

    @Test func anExecutorTakesItsShareOnly() {
        let fixture = quick(executors: 4)
        fixture.add((1...8).map { fixture.job($0) })
        #expect(fixture.take() == [1, 2])
    }

    @Test func oneJobOrABrokersJobsAreTakenOutOfAllLanes() {
        let fixture = SchedulerFixture()
        let bulk = fixture.job(101, bulk: true)
        fixture.add(
            fixture.job(1), fixture.job(2, broker: 1), bulk, fixture.job(102, broker: 1, bulk: true),
            fixture.job(3, model: 1, broker: 1))
        #expect([fixture.remove(bulk), fixture.remove(bulk)] == [true, false])
        #expect(fixture.removeAll(of: 1) == [2, 102, 3])
        #expect(fixture.take() == [1])
        #expect(fixture.scheduler.isEmpty)
    }

    // MARK: - How much

    @Test func aModelThatGainsNothingComputesAMillisecondOfWork() {
        let fixture = SchedulerFixture()
        fixture.teach(fixed: 0, each: 300)
        fixture.add((1...10).map { fixture.job($0) })
        #expect(fixture.take() == [1, 2, 3])
    }

    @Test func aModelOfWhichNothingIsKnownIsTriedOut() {
        let fixture = SchedulerFixture()
        fixture.add((1...100).map { fixture.job($0) })
        // One item, then twice as many: 4,440 us a run and 550 an item show.
        #expect(fixture.begin() == [1])
        fixture.finish(at: 4_990)
        #expect(fixture.begin(at: 10_000) == [2, 3])
        fixture.finish(at: 15_540)
        #expect(fixture.begin(at: 20_000) == Array(4...67))
    }

    @Test func aModelThatGainsTakesUpToItsMaximum() {
        var batching = BatchingDescription()
        batching.maximum = 10
        let fixture = SchedulerFixture([batching])
        fixture.teach(fixed: 4_440, each: 550)
        fixture.add((1...12).map { fixture.job($0) })
        #expect(fixture.take() == Array(1...10))
    }

    @Test func executorsThatAreFreeShareWhatGains() {
        let fixture = SchedulerFixture(executors: 2, [.init()])
        fixture.teach(fixed: 4_440, each: 550)
        fixture.add((1...80).map { fixture.job($0) })
        #expect(fixture.begin(at: 1_000_000) == Array(1...40))
        // The other computes, so nobody is left to share with.
        #expect(fixture.begin(at: 1_000_000) == Array(41...80))
    }

    @Test(arguments: [(4, 4), (5, 4), (15, 8), (40, 16), (3, 3)])
    func theLargestPreferredSizeThatIsFilledIsTaken(waiting: UInt64, taken: Int) {
        var batching = BatchingDescription()
        batching.preferred = [4, 8, 16]
        batching.delayMicroseconds = 10
        let fixture = SchedulerFixture([batching])
        fixture.add((1...waiting).map { fixture.job($0) })
        #expect(fixture.take(at: 10).count == taken)
    }

    @Test func batchingOffComputesOneAtATime() throws {
        var batching = BatchingDescription()
        batching.maximum = 1
        let fixture = SchedulerFixture([batching])
        fixture.teach(fixed: 4_440, each: 550)
        fixture.add(fixture.job(1), fixture.job(2), try fixture.batch(3, items: 2))
        #expect([fixture.take(), fixture.take(), fixture.take(), fixture.take()] == [[1], [2], [3], [3]])
    }

    @Test func noModelRunsMoreOftenAtOnceThanItMay() {
        var batching = BatchingDescription()
        batching.maximum = 1
        batching.instances = 1
        let fixture = SchedulerFixture(executors: 3, [batching, .init()])
        fixture.add(fixture.job(1), fixture.job(2), fixture.job(3, model: 1))
        #expect(fixture.begin() == [1])
        #expect(fixture.begin() == [3])
        #expect(fixture.begin() == [])
        #expect(fixture.later == .distantFuture)
        fixture.finish()
        #expect(fixture.begin() == [2])
    }
}
