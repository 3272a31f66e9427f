import SibylProtocol
import Testing

@testable import SibylCore

/// Clients that take back what they asked or go, and clients that come before the workers do.
@Suite struct BrokerClientTests {
    private static let client = BrokerHarness.client

    @Test func whatAClientThatIsGoneWaitedForIsNotComputed() {
        var broker = BrokerHarness()
        let other = PeerID(rawValue: 200)
        broker.join(1)
        let running = broker.request()
        let waiting = broker.request()
        let kept = broker.request(from: other)
        broker.send(.clientGone(Self.client))
        let id = broker.core.requests.id(of: running)
        #expect(
            broker.effects == [
                .cancel(worker: PeerID(rawValue: 1), id), .forget(slot: running), .free(slot: waiting),
            ])
        broker.answer(running, from: 1)
        #expect(broker.effects.prefix(2) == [.dropAnswer, .free(slot: running)])
        #expect(broker.dispatched == [[UInt64(kept), 1]])
    }

    @Test func whatTurnsOutToBeTooLateWhileItsClientIsForgottenIsLetGoOnce() {
        var broker = BrokerHarness { $0.attempts = 2 }
        broker.join(1)
        let suspect = broker.request()
        broker.join(2, capacity: 2)
        broker.request(from: PeerID(rawValue: 200))
        broker.send(.unreachable(PeerID(rawValue: 1)))
        // The other worker is set apart for it and not empty yet, so this waits.
        let late = broker.request(timeout: 10)
        broker.skip(milliseconds: 10)
        broker.send(.clientGone(Self.client))
        #expect(
            broker.effects == [
                .refuse(slot: late, client: Self.client, .deadlineExceeded), .free(slot: suspect),
            ])
    }

    @Test func aCancelMeetsEveryRequestOfThatNameAndNoOther() {
        var broker = BrokerHarness()
        broker.join(1)
        broker.request(named: 1)
        let twins = [broker.request(named: 7), broker.request(named: 7)]
        broker.request(named: 7, from: PeerID(rawValue: 200))
        broker.send(.cancel(client: Self.client, clientRequest: 7))
        #expect(broker.refused == twins.map { .init(slot: $0, refusal: .cancelled) })
    }

    // MARK: - A broker that has just started

    private static func freshBroker() -> BrokerHarness {
        BrokerHarness { $0.settlingTime = .milliseconds(500) }
    }

    /// Answers what the core asked of the shell, as the shell would.
    private static func tellRoutes(_ broker: inout BrokerHarness, _ model: String = "m") {
        var gathered: [BrokerEffect] = []
        for case .route(_, let request) in broker.effects {
            broker.send(.routed(request, broker.route(model)))
            gathered += broker.effects
        }
        broker.gather(gathered)
    }

    @Test func whatComesBeforeItsWorkerIsHeldForIt() {
        var broker = Self.freshBroker()
        let first = broker.request()
        let second = broker.request()
        #expect(broker.effects.isEmpty)
        broker.join(1, capacity: 2)
        Self.tellRoutes(&broker)
        #expect(broker.dispatched == [[UInt64(first), 1], [UInt64(second), 1]])
        broker.answer(first, from: 1)
        #expect(broker.effects.first == .forward(slot: first, client: Self.client))
    }

    @Test func whatNobodyServesIsToldSoOnceWorkersHadTheirTime() {
        var broker = Self.freshBroker()
        let slot = broker.request("other")
        broker.join(1)
        Self.tellRoutes(&broker, "other")
        #expect(broker.effects.isEmpty)
        broker.wait(milliseconds: 499)
        #expect(!broker.effects.contains { if case .route = $0 { true } else { false } })
        broker.wait(milliseconds: 1)
        Self.tellRoutes(&broker, "other")
        #expect(broker.refused == [.init(slot: slot, refusal: .modelNotFound)])
        broker.request("other")
        #expect(broker.refused.map(\.refusal) == [.modelNotFound])
    }

    @Test func aModelWhoseWorkerWentAgainIsWaitedForToo() {
        var broker = Self.freshBroker()
        broker.join(1)
        broker.send(.goodbye(PeerID(rawValue: 1)))
        let slot = broker.request()
        #expect(broker.effects.isEmpty)
        broker.join(2)
        Self.tellRoutes(&broker)
        #expect(broker.dispatched == [[UInt64(slot), 2]])
    }

    @Test func aBrokerThatWasHeldUpWaitsForItsWorkersLikeANewOne() {
        var broker = Self.freshBroker()
        broker.join(1)
        broker.skip(milliseconds: 10_000)
        // It learns that the worker is gone, and of a request, before time passes.
        broker.send(.unreachable(PeerID(rawValue: 1)))
        let slot = broker.request()
        #expect(broker.effects.isEmpty)
        broker.send(.tick)
        broker.join(2)
        Self.tellRoutes(&broker)
        #expect(broker.dispatched == [[UInt64(slot), 2]])
        broker.send(.unreachable(PeerID(rawValue: 2)))
        broker.wait(milliseconds: 500)
        broker.request()
        #expect(broker.refused.map(\.refusal) == [.noWorker])
    }

    @Test func whatIsHeldIsNotDispatchedAfterItsDeadline() {
        var broker = Self.freshBroker()
        let slot = broker.request(timeout: 10)
        broker.skip(milliseconds: 10)
        broker.join(1)
        Self.tellRoutes(&broker)
        #expect(broker.dispatched.isEmpty)
        broker.wait(milliseconds: 1)
        #expect(broker.refused == [.init(slot: slot, refusal: .deadlineExceeded)])
    }

    @Test func whatIsHeldHasItsPlaceInTheTableAlready() {
        var broker = BrokerHarness {
            $0.settlingTime = .milliseconds(500)
            $0.requests = 1
        }
        let slot = broker.request()
        broker.join(1)
        Self.tellRoutes(&broker)
        #expect(broker.dispatched == [[UInt64(slot), 1]])
    }

    @Test func whatIsHeldExpiresIsCancelledAndLeavesWithItsClient() {
        var broker = Self.freshBroker()
        let brief = broker.request(timeout: 10)
        let unwanted = broker.request(named: 7)
        let abandoned = broker.request(from: PeerID(rawValue: 200))
        broker.send(.cancel(client: Self.client, clientRequest: 7))
        #expect(broker.refused == [.init(slot: unwanted, refusal: .cancelled)])
        broker.send(.clientGone(PeerID(rawValue: 200)))
        #expect(broker.effects == [.free(slot: abandoned)])
        broker.wait(milliseconds: 11)
        #expect(broker.refused == [.init(slot: brief, refusal: .deadlineExceeded)])
        broker.send(.drain)
        let isDrained = broker.core.isDrained
        #expect(isDrained)
    }
}
