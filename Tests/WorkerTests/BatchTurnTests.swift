import SibylCore
import SibylInference
import Testing

@testable import SibylWorker

/// Batches that clients ask for, among single requests: how their items get their turns.
@Suite struct BatchTurnTests {
    private func fixture() -> SchedulerFixture {
        let fixture = SchedulerFixture()
        fixture.teach(fixed: 4_440, each: 550)
        return fixture
    }

    @Test func itemsOfABatchAndSingleRequestsMix() throws {
        let fixture = fixture()
        fixture.add(fixture.job(1), try fixture.batch(2, items: 10), fixture.job(3), try fixture.batch(4, items: 3))
        #expect(fixture.begin() == [1, 2, 3, 4])
        #expect(fixture.newest?.items == 15)
        fixture.finish()
        #expect(fixture.scheduler.isEmpty)
    }

    @Test func aBatchThatIsNotTakenApartHasItsTurnAlone() {
        let fixture = fixture()
        let batch = fixture.job(2, batch: true)
        fixture.add(fixture.job(1), batch, fixture.job(3))
        #expect(fixture.take() == [1])
        #expect(fixture.begin() == [2])
        #expect(fixture.newest?.isTakingApart == true && fixture.newest?.items == 0)
    }

    @Test func whatIsTakenApartGoesOnAtOnceWithThoseBehind() throws {
        let fixture = fixture()
        let batch = fixture.job(1, batch: true)
        fixture.add(batch, fixture.job(2))
        #expect(fixture.begin() == [1])
        batch.batch = try fixture.batch(0, items: 5).batch
        fixture.finish()
        #expect(fixture.begin() == [1, 2])
        #expect(fixture.newest?.items == 6)
    }

    @Test func aPartOfALongInputIsFollowedByWhatWaits() {
        let fixture = fixture()
        let batch = fixture.job(1, batch: true)
        fixture.add(batch, fixture.job(2))
        #expect(fixture.begin() == [1])
        batch.batch = BatchComputation(capacity: 64)
        fixture.finish()
        #expect(fixture.take() == [2])
        #expect(fixture.begin() == [1])
        #expect(fixture.newest?.isTakingApart == true)
    }

    @Test func aBatchHas64ItemsATurnAtMost() throws {
        var batching = BatchingDescription()
        batching.maximum = 1_000
        batching.delayMicroseconds = 0
        let fixture = SchedulerFixture([batching])
        fixture.teach(fixed: 4_440, each: 550)
        fixture.add(try fixture.batch(1, items: 100), fixture.job(2))
        #expect(fixture.begin() == [1, 2])
        #expect(fixture.newest?.items == 65)
        fixture.finish()
        #expect(fixture.begin() == [1])
        #expect(fixture.newest?.items == 36)
    }

    @Test func anInteractiveBatchGoesBehindWhatWaits() throws {
        let fixture = SchedulerFixture()
        fixture.teach(fixed: 0, each: 1_000)
        fixture.add(
            try fixture.batch(1, items: 2), fixture.job(2), try fixture.batch(3, items: 1), fixture.job(4, model: 1))
        let order = (0..<5).flatMap { _ in fixture.take() }
        #expect(order == [1, 2, 3, 4, 1])
    }

    @Test func aBulkBatchStaysBeforeOthersAndPaysForItsItems() throws {
        let fixture = SchedulerFixture()
        fixture.teach(fixed: 0, each: 30)
        fixture.add(try fixture.batch(1_001, items: 64, bulk: true), fixture.job(1_002, bulk: true))
        #expect(fixture.begin() == [1_001])
        fixture.add((1...600).map { fixture.job($0) })
        fixture.finish()
        var order = fixture.take()
        for _ in 0..<20 where order.last != 1_001 { order += fixture.take() }
        // Eight interactive items for each of the turn's 32, and eight more for the next turn, in runs of 32.
        #expect(order == Array(1...288) + [1_001])
    }

    @Test func anInteractiveBatchLeavesBulkItsShare() throws {
        let fixture = fixture()
        fixture.add([try fixture.batch(1, items: 70)] + (1...5).map { fixture.job(100 + $0, bulk: true) })
        #expect(fixture.take() == [1])
        #expect(fixture.take() == Array(101...105))
        #expect(fixture.take() == [1])
    }

    @Test func aBatchThatIsTakenOutWaitsNoMore() throws {
        let fixture = fixture()
        let batch = try fixture.batch(1, items: 70)
        fixture.add(batch)
        #expect(fixture.take() == [1])
        #expect(fixture.remove(batch))
        #expect(fixture.scheduler.isEmpty)
    }
}
