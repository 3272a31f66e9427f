import SibylProtocol
import Testing

@testable import SibylCore

/// Requests on their last attempt.
@Suite struct BrokerIsolationTests {
    private static let client = BrokerHarness.client

    /// Loses the worker and has another join in its place.
    private static func replace(_ worker: UInt64, by successor: UInt64, in broker: inout BrokerHarness) {
        broker.join(successor, capacity: 4)
        broker.send(.unreachable(PeerID(rawValue: worker)))
    }

    @Test func aPoisonousRequestFailsAlone() {
        var broker = BrokerHarness()
        broker.join(1, capacity: 4)
        let poison = broker.request()
        let innocent = broker.request()
        Self.replace(1, by: 2, in: &broker)
        #expect(broker.dispatched == [[UInt64(poison), 2], [UInt64(innocent), 2]])
        Self.replace(2, by: 3, in: &broker)
        // Both are on their last attempt now: one at a time, and nothing beside it.
        #expect(broker.dispatched == [[UInt64(poison), 3]])
        let other = broker.request()
        #expect(broker.dispatched.isEmpty)
        Self.replace(3, by: 4, in: &broker)
        #expect(broker.refused == [.init(slot: poison, refusal: .workerLost(attempts: 3))])
        broker.answer(other, from: 4)
        #expect(broker.dispatched == [[UInt64(innocent), 4]])
        broker.answer(innocent, from: 4)
        #expect(broker.effects.first == .forward(slot: innocent, client: Self.client))
    }

    @Test func theOthersGoOnWhileOneWorkerIsSetApart() {
        var broker = BrokerHarness { $0.attempts = 2 }
        broker.join(1, capacity: 1)
        let suspect = broker.request()
        broker.join(2, capacity: 4)
        broker.join(3, capacity: 4)
        let busy = [broker.request(), broker.request()]
        broker.send(.unreachable(PeerID(rawValue: 1)))
        // Neither is empty: one of them takes nothing new until it is.
        #expect(broker.dispatched.isEmpty)
        let free = (0..<3).map { _ in
            broker.request()
            return broker.dispatched.first?[1]
        }
        #expect(Set(free).count == 1)
        let apart: UInt64 = free[0] == 2 ? 3 : 2
        for slot in busy { broker.answer(slot, from: broker.core.requests[slot].worker == 1 ? 2 : 3) }
        #expect(broker.core.requests[suspect].state == .dispatched)
        broker.answer(suspect, from: apart)
        #expect(broker.effects.first == .forward(slot: suspect, client: Self.client))
    }

    @Test func aWorkerIsSetApartNoLongerThanSomebodyWaitsForIt() {
        var broker = BrokerHarness { $0.attempts = 2 }
        broker.join(1, capacity: 1)
        broker.request(timeout: 100)
        broker.join(2, capacity: 4)
        broker.request()
        broker.send(.unreachable(PeerID(rawValue: 1)))
        broker.request()
        #expect(broker.dispatched.isEmpty)
        broker.wait(milliseconds: 101)
        #expect(broker.refused.map(\.refusal) == [.deadlineExceeded])
        #expect(broker.dispatched.count == 1)
    }

    @Test func aRequestOnItsLastAttemptSurvivesAWorkerThatLeaves() {
        var broker = BrokerHarness { $0.attempts = 2 }
        broker.join(1)
        let slot = broker.request()
        broker.join(2)
        broker.request()
        broker.send(.unreachable(PeerID(rawValue: 1)))
        broker.send(.draining(PeerID(rawValue: 2)))
        broker.join(3)
        #expect(broker.dispatched == [[UInt64(slot), 3]])
    }

    @Test func aWorkerThatIsNoLongerSetApartForOneModelIsForTheNext() {
        var broker = BrokerHarness { $0.attempts = 2 }
        let models = [("m", "1.0.0"), ("n", "1.0.0")]
        broker.join(1, capacity: 4, models: models)
        let first = broker.request("m")
        let second = broker.request("n")
        broker.join(2, capacity: 4, models: models)
        broker.send(.unreachable(PeerID(rawValue: 1)))
        #expect(broker.dispatched == [[UInt64(first), 2]])
        broker.answer(first, from: 2)
        #expect(broker.dispatched == [[UInt64(second), 2]])
    }
}
