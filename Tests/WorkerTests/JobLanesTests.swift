import SibylInference
import SibylModel
import SibylProtocol
import Testing

@testable import SibylWorker

/// The order in which an executor gets what waits.
@Suite final class JobLanesTests {
    private var lanes = JobLanes()
    private let models = (["1.0.0", "1.1.0"] as [SemanticVersion]).enumerated().map { place, version in
        LoadedModel(ModelSet.Entry(ModelChangeTests.Versioned(version)), place: UInt32(place), worker: "w")
    }

    private func job(_ number: UInt64, model: Int = 0, broker: Int32 = 0, bulk: Bool = false, batch: Bool = false)
        -> Job
    {
        let job = Job()
        job.broker = broker
        job.dispatch.request = number
        job.model = models[model]
        job.dispatch.flags = WorkerMessage.Flags(isTwoFrames: true, isBatch: batch, isBulk: bulk)
        return job
    }

    private func take(executors: Int = 1, limit: Int = 1) -> [UInt64] {
        var taken: [Job] = []
        lanes.take(into: &taken, executors: executors) { _ in limit }
        return taken.map(\.dispatch.request)
    }

    @Test func interactiveJobsGoFirstAndBulkGetsOneInNine() {
        lanes.add((1...2).map { job(100 + $0, bulk: true) } + (1...17).map { job($0) })
        let order = (1...19).flatMap { _ in take() }
        #expect(order == Array(1...8) + [101] + Array(9...16) + [102, 17])
        #expect(lanes.isEmpty)
    }

    @Test func jobsOfOneModelAndOnePriorityAreTakenTogether() {
        lanes.add([job(1), job(101, bulk: true), job(2), job(3, model: 1), job(4), job(102, bulk: true)])
        #expect(take(limit: 8) == [1, 2])
        #expect(take(limit: 8) == [3])
        #expect(take(limit: 8) == [4])
        #expect(take(limit: 8) == [101, 102])
    }

    @Test func whatIsTakenTogetherCountsOneByOne() {
        lanes.add((1...20).map { job($0) } + [job(101, bulk: true)])
        #expect(take(limit: 8) == Array(1...8))
        #expect(take(limit: 8) == [101])
    }

    @Test func aBatchIsTakenAlone() {
        lanes.add([job(1), job(2, batch: true), job(3)])
        #expect(take(limit: 8) == [1])
        #expect(take(limit: 8) == [2])
        #expect(take(limit: 8) == [3])
    }

    private func endTurn(of batch: Job, items: Int, isDone: Bool = false) -> [UInt64] {
        lanes.endTurn(of: batch, items: items, isDone: isDone)
        return take(limit: 8)
    }

    @Test func anInteractiveBatchGoesBehindWhatWaits() {
        let batch = job(1, batch: true)
        lanes.add([batch, job(2), job(3, batch: true), job(4)])
        #expect(take(limit: 8) == [1])
        let next = endTurn(of: batch, items: 64)
        #expect(next == [2])
        #expect(take(limit: 8) == [3])
        #expect(take(limit: 8) == [4])
        #expect(take(limit: 8) == [1])
    }

    @Test func aBulkBatchStaysBeforeOthersAndPaysForItsItems() {
        let batch = job(1_001, bulk: true, batch: true)
        lanes.add([batch, job(1_002, bulk: true)])
        #expect(take() == [1_001])
        lanes.add((1...600).map { job($0) })
        var order = endTurn(of: batch, items: 64)
        while order.last != 1_001 { order += take() }
        // Eight interactive items for each of the chunk's, and eight more for the next turn.
        #expect(order == Array(1...520) + [1_001])
        let after = endTurn(of: batch, items: 36, isDone: true)
        #expect(after == Array(521...528))
    }

    @Test func anInteractiveBatchLeavesBulkItsShare() {
        let batch = job(1, batch: true)
        lanes.add([batch] + (1...20).map { job(100 + $0, bulk: true) })
        #expect(take(limit: 8) == [1])
        let next = endTurn(of: batch, items: 64)
        #expect(next == Array(101...108))
        #expect(take(limit: 8) == [1])
    }

    @Test func anExecutorTakesItsShareOnly() {
        lanes.add((1...8).map { job($0) })
        #expect(take(executors: 4, limit: 8) == [1, 2])
    }

    @Test func oneJobOrABrokersJobsAreTakenOutOfBothLanes() {
        let bulk = job(101, bulk: true)
        lanes.add([job(1), job(2, broker: 1), bulk, job(102, broker: 1, bulk: true)])
        let isRemoved = [lanes.remove(bulk), lanes.remove(bulk)]
        #expect(isRemoved == [true, false])
        let removed = lanes.removeAll(of: 1).map(\.dispatch.request)
        #expect(removed == [2, 102])
        #expect(take() == [1])
        #expect(lanes.isEmpty)
    }
}
