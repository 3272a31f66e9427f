import SibylCore
import SibylInference
import Testing

@testable import SibylWorker

/// Requests that wait for others.
@Suite struct BatchWaitingTests {
    private func fixture(executors: Int = 1, delay: Int? = nil, maximum: Int = 64, preferred: [Int] = [])
        -> SchedulerFixture
    {
        var batching = BatchingDescription()
        batching.delayMicroseconds = delay
        batching.maximum = maximum
        batching.preferred = preferred
        return SchedulerFixture(executors: executors, [batching, .init()])
    }

    private func moment(_ microseconds: Int64) -> Instant { SchedulerFixture.moment(microseconds) }

    // MARK: - As somebody has said

    @Test func aRequestWaitsUntilItsTimeIsOver() {
        let fixture = fixture(delay: 500)
        fixture.add(fixture.job(1, at: 1_000))
        #expect(fixture.begin(at: 1_000) == [])
        #expect(fixture.later == moment(1_500))
        fixture.add(fixture.job(2, at: 1_400))
        #expect(fixture.begin(at: 1_499) == [])
        #expect(fixture.scheduler.nextStart(at: moment(1_499)) == moment(1_500))
        #expect(fixture.begin(at: 1_500) == [1, 2])
    }

    @Test(arguments: [[], [2, 3]])
    func nobodyWaitsOnceTheLargestRunIsFull(preferred: [Int]) {
        let fixture = fixture(delay: 500, maximum: preferred.isEmpty ? 3 : 64, preferred: preferred)
        fixture.add((1...2).map { fixture.job($0, at: 1_000) })
        #expect(fixture.begin(at: 1_000) == [])
        fixture.add((3...4).map { fixture.job($0, at: 1_000) })
        #expect(fixture.begin(at: 1_000) == [1, 2, 3])
        #expect(fixture.begin(at: 1_000) == [])
    }

    @Test func theItemsOfABatchFillARun() throws {
        let fixture = fixture(delay: 500, maximum: 10)
        fixture.add(fixture.job(1), try fixture.batch(2, items: 9))
        #expect(fixture.begin() == [1, 2])
    }

    @Test func nobodyWaitsPastADeadlineLessTheRunsTime() {
        let fixture = fixture(delay: 500_000)
        fixture.teach(fixed: 4_000, each: 500)
        fixture.add(fixture.job(1, deadline: 20_000), fixture.job(2, deadline: 10_000))
        #expect(fixture.begin() == [])
        // A run of three takes 5.5 ms.
        #expect(abs((fixture.later - moment(4_500)).microseconds) <= 1)
        #expect(fixture.begin(at: 4_502) == [1, 2])
    }

    @Test func aDelayOfZeroIsNone() {
        let fixture = fixture(delay: 0)
        fixture.teach(fixed: 4_000, each: 500)
        fixture.add((1...8).map { fixture.job($0, at: 10_000) })
        #expect(fixture.begin(at: 10_000) == Array(1...8))
    }

    @Test func othersGoOnMeanwhile() {
        let fixture = fixture(delay: 500)
        fixture.add(fixture.job(1), fixture.job(2, model: 1))
        #expect(fixture.begin() == [2])
        #expect(fixture.begin() == [])
        #expect(fixture.later == moment(500))
    }

    // MARK: - As it measurably helps

    /// Requests come every `gap` until the mean is that.
    private func settle(_ fixture: SchedulerFixture, gap: Int64) -> Int64 {
        var time: Int64 = 100_000
        for _ in 0..<200 {
            time += gap
            fixture.add(fixture.job(0, at: time))
        }
        for _ in 0..<200 { _ = fixture.take(at: time + 100_000) }
        return time
    }

    @Test func nobodyWaitsForAModelThatIsNotKnownToGain() {
        let fixture = fixture()
        let time = settle(fixture, gap: 1)
        fixture.add(fixture.job(1, at: time + 1))
        #expect(fixture.begin(at: time + 1) == [1])
    }

    @Test func requestsThatComeFastWaitForTheNext() {
        let fixture = fixture()
        let time = settle(fixture, gap: 100) + 200_000
        fixture.teach(fixed: 4_000, each: 500)
        // A pause between bursts counts for little.
        fixture.add((1...10).map { fixture.job($0, at: time) })
        #expect(fixture.begin(at: time) == [])
        // Ten requests wait half of 4 ms together.
        #expect(abs((fixture.later - moment(time + 200)).microseconds) <= 1)
        fixture.add((11...64).map { fixture.job($0, at: time + 10) })
        #expect(fixture.begin(at: time + 10) == Array(1...64))
    }

    @Test func requestsThatComeSlowlyWaitForNobody() {
        let fixture = fixture()
        let time = settle(fixture, gap: 3_000)
        fixture.teach(fixed: 4_000, each: 500)
        fixture.add(fixture.job(1, at: time + 3_000))
        #expect(fixture.begin(at: time + 3_000) == [1])
    }

    @Test func oneRequestAtATimeNeverWaits() {
        let fixture = fixture()
        fixture.teach(fixed: 4_000, each: 500)
        var time: Int64 = 1_000_000
        for number: UInt64 in 1...100 {
            fixture.add(fixture.job(number, at: time))
            #expect(fixture.begin(at: time) == [number])
            time += 4_500
            fixture.finish(at: time)
            time += 50
        }
    }

    @Test func whatComesBackAfterARunIsAwaited() {
        let fixture = fixture()
        fixture.teach(fixed: 4_000, each: 500)
        fixture.add((1...40).map { fixture.job($0, at: 1_000_000) })
        #expect(fixture.begin(at: 1_001_000).count == 40)
        fixture.add((41...60).map { fixture.job($0, at: 1_002_000) })
        fixture.finish(at: 1_025_000)
        // Nobody could have sent anything while the run went on, for all that is known.
        #expect(fixture.begin(at: 1_025_000) == [])
        #expect(abs((fixture.later - moment(1_025_100)).microseconds) <= 1)
        #expect(fixture.begin(at: 1_025_101).count == 20)
    }

    @Test func nobodyWaitsLongerThanARunWouldTake() {
        let fixture = fixture()
        fixture.teach(fixed: 4_000, each: 500)
        fixture.add((1...60).map { fixture.job($0, at: 1_000_000) })
        fixture.add(fixture.job(61, at: 1_003_990))
        #expect(fixture.begin(at: 1_003_990) == [])
        #expect(abs((fixture.later - moment(1_004_000)).microseconds) <= 1)
    }
}
