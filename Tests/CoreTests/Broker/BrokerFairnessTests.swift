import SibylProtocol
import Testing

@testable import SibylCore

/// Who is served when more waits than can be computed.
@Suite struct BrokerFairnessTests {
    /// A broker whose one worker holds one request, so that all that follow wait.
    private static func busyBroker(_ change: (inout BrokerLimits) -> Void = { _ in }) -> BrokerHarness {
        var broker = BrokerHarness(change)
        broker.join(1)
        let first = broker.request()
        #expect(first == running)
        return broker
    }

    /// What that one holds at first.
    private static let running: Int32 = 0

    @Test func tenantsTakeTurnsHoweverMuchOneOfThemAsks() {
        var broker = Self.busyBroker()
        let flood = (0..<50).map { _ in broker.request(tenant: 1) }
        let other = (0..<3).map { _ in broker.request(tenant: 2) }
        let served = broker.work(1, from: Self.running, count: 6)
        #expect(served == [flood[0], other[0], flood[1], other[1], flood[2], other[2]])
    }

    @Test func aTenantWithMoreWeightGetsAsMuchMore() {
        var broker = Self.busyBroker { $0.setWeight(3, of: "heavy") }
        for _ in 0..<50 { broker.request(tenant: 1) }
        let name = Array("heavy".utf8).withUnsafeBytes(FNV1a.hash)
        let heavy = Set((0..<50).map { _ in broker.request(tenant: name) })
        let served = broker.work(1, from: Self.running, count: 40)
        #expect(served.count { heavy.contains($0) } == 30)
    }

    @Test func aBatchCountsAsAllOfItsItems() {
        var broker = Self.busyBroker()
        let batches = Set((0..<20).map { _ in broker.request(tenant: 1, cost: 10) })
        for _ in 0..<100 { broker.request(tenant: 2) }
        let served = broker.work(1, from: Self.running, count: 66)
        #expect(served.count { batches.contains($0) } == 6)
    }

    @Test func whatABatchCostBeyondItsEstimateIsChargedWhenItIsAnswered() {
        var broker = Self.busyBroker()
        let batches = Set((0..<20).map { _ in broker.request(tenant: 1, cost: 1) })
        for _ in 0..<100 { broker.request(tenant: 2) }
        var served: [Int32] = []
        var running = Self.running
        for _ in 0..<66 {
            broker.answer(running, from: 1, items: batches.contains(running) ? 10 : 1)
            running = Int32(broker.dispatched[0][0])
            served.append(running)
        }
        #expect(served.count { batches.contains($0) } == 6)
    }

    @Test func whoWaitsAloneOwesNothingLater() {
        var broker = Self.busyBroker()
        let alone = (0..<30).map { _ in broker.request(tenant: 1, cost: 100) }
        let before = broker.work(1, from: Self.running, count: 10)
        #expect(before == Array(alone[0..<10]))
        let other = broker.request(tenant: 2)
        let after = broker.work(1, from: before.last!, count: 2)
        #expect(Set(after) == [alone[10], other])
    }

    @Test func whoComesAndGoesTakesNoTurnsFromOthers() {
        var broker = Self.busyBroker()
        let batches = Set((0..<40).map { _ in broker.request(tenant: 1, cost: 10) })
        let singles = Set((0..<200).map { _ in broker.request(tenant: 2) })
        var items = (batches: 0, singles: 0)
        var running = Self.running
        for _ in 0..<150 {
            let visitor = broker.request(tenant: 3)
            repeat {
                running = broker.work(1, from: running, count: 1)[0]
                if batches.contains(running) { items.batches += 10 }
                if singles.contains(running) { items.singles += 1 }
            } while running != visitor
        }
        #expect(items.singles > 60 && abs(items.batches - items.singles) <= 11)
    }

    @Test func debtsOfWhoeverTakesAnotherNameEachTimeAreBounded() {
        var broker = Self.busyBroker()
        for name in 0..<5_000 { broker.request(tenant: UInt64(name + 10), cost: 1_000) }
        let honest = broker.request(tenant: 2)
        #expect(broker.work(1, from: Self.running, count: 5_001).contains(honest))
        broker.answer(honest, from: 1)
    }

    @Test func interactiveGoesFirstAndBulkGetsItsShare() {
        var broker = Self.busyBroker()
        let bulk = Set((0..<20).map { _ in broker.request(priority: .bulk) })
        for _ in 0..<80 { broker.request() }
        let served = broker.work(1, from: Self.running, count: 45)
        #expect(served.count { bulk.contains($0) } == 5)
        #expect(!bulk.contains(served[0]))
    }

    @Test func bulkLeavesAnEighthOfAWorkersPlacesFree() {
        var broker = BrokerHarness()
        broker.join(1, capacity: 16)
        for _ in 0..<100 { broker.request(priority: .bulk, tenant: 1) }
        #expect(broker.core.workers[0].inFlight == 14)
        let urgent = broker.request(tenant: 2)
        #expect(broker.dispatched == [[UInt64(urgent), 1]])
    }

    @Test func aWorkerOfOnePlaceServesBulkToo() {
        var broker = BrokerHarness()
        broker.join(1)
        let slot = broker.request(priority: .bulk)
        #expect(broker.dispatched == [[UInt64(slot), 1]])
    }

    @Test func aFloodLeavesRoomInTheQueueForOthers() {
        var broker = Self.busyBroker { $0.queueLength = 90 }
        for _ in 0..<80 { broker.request(tenant: 1) }
        #expect(broker.refused.isEmpty)
        broker.request(tenant: 1)
        #expect(broker.refused.count == 1)
        broker.request(tenant: 2)
        #expect(broker.refused.isEmpty)
        broker.request(priority: .bulk, tenant: 1)
        #expect(broker.refused.isEmpty)
    }

    @Test func aQueueIsBoundedInBytes() {
        var broker = Self.busyBroker { $0.queueBytes = 1_000 }
        broker.request(size: 5_000)
        #expect(broker.refused.isEmpty)
        broker.request(size: 1)
        #expect(broker.refused.count == 1)
    }
}
