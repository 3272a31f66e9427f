import Foundation
import SibylProtocol
import SibylTransport
import Testing

/// Batches beside other requests: computed in chunks of 64, with other work in between.
@Suite struct BatchServingTests {
    private static let envelope = #"{"op":"predict","model":"echo","id":"x"}"#

    /// Items of which the first keeps the executor until the gate opens, and one of the second chunk is `later`.
    private func items(_ fixture: WorkerFixture, later: String = "0") -> String {
        let items = [fixture.held] + [String](repeating: "0", count: 98) + [later]
        return "[" + items.joined(separator: ",") + "]"
    }

    private func order(_ fixture: WorkerFixture, _ count: Int) throws -> [UInt64] {
        try (0..<count).map { _ in try fixture.answer().header.request }
    }

    @Test(arguments: [true, false])
    func anInteractiveRequestWaitsForOneChunkOfABatch(isBulk: Bool) throws {
        let fixture = try WorkerFixture()
        fixture.dispatch(1, Self.envelope, items(fixture), isBatch: true, isBulk: isBulk)
        fixture.waitAtGate()
        fixture.dispatch(2, Self.envelope, "2")
        fixture.dispatch(3, Self.envelope, "3")
        try fixture.settle()
        fixture.openGate()
        #expect(try order(fixture, 2) == [2, 3])
        let batch = try fixture.answer()
        #expect(batch.header.request == 1 && batch.header.items == 100)
        #expect(batch.payload == items(fixture))
    }

    @Test func bulkRequestsWaitForInteractiveOnes() throws {
        let fixture = try WorkerFixture()
        fixture.dispatch(1, Self.envelope, fixture.held)
        fixture.waitAtGate()
        fixture.dispatch(2, Self.envelope, "2", isBulk: true)
        fixture.dispatch(3, Self.envelope, "3")
        try fixture.settle()
        fixture.openGate()
        #expect(try order(fixture, 3) == [1, 3, 2])
    }

    @Test func aBatchThatIsCancelledStopsAtTheNextChunk() throws {
        let fixture = try WorkerFixture()
        // Were its second chunk computed, this process would end.
        fixture.dispatch(1, Self.envelope, items(fixture, later: #"{"crash": 1}"#), isBatch: true)
        fixture.waitAtGate()
        fixture.send([WorkerMessage.bytes(.cancel, request: 1)])
        try fixture.settle()
        fixture.openGate()
        let answer = try fixture.answer()
        #expect(answer.header.request == 1 && answer.header.failure == .cancelled)
        fixture.dispatch(2, Self.envelope, "2")
        #expect(try fixture.answer().payload == "2")
    }

    @Test func aBatchOfALostSessionStopsAtTheNextChunk() throws {
        let fixture = try WorkerFixture()
        fixture.dispatch(1, Self.envelope, items(fixture, later: #"{"crash": 1}"#), isBatch: true)
        fixture.waitAtGate()
        fixture.send([WorkerMessage.bytes(.introduce)])
        #expect(try fixture.receive()[0].first == UInt8(ascii: "H"))
        fixture.send([WorkerMessage.Welcome(heartbeatInterval: 100, livenessTimeout: 10_000).bytes])
        fixture.dispatch(2, Self.envelope, "2", isBulk: true)
        try fixture.settle()
        fixture.openGate()
        #expect(try fixture.answer().header.request == 2)
    }

    @Test func aBatchWhoseTimeIsOverStopsAtTheNextChunk() throws {
        let fixture = try WorkerFixture()
        fixture.dispatch(
            1, Self.envelope, items(fixture, later: #"{"crash": 1}"#), milliseconds: 20, isBatch: true)
        fixture.waitAtGate()
        usleep(25_000)
        fixture.openGate()
        #expect(try fixture.answer().header.failure == .deadlineExceeded)
    }
}
