import SibylProtocol
import Testing

@testable import SibylCore

@Suite struct BrokerCoreTests {
    @Test func aRequestGoesToAWorkerAndItsAnswerBack() {
        var broker = BrokerHarness()
        broker.join(1)
        let slot = broker.request()
        #expect(broker.dispatched == [[UInt64(slot), 1]])
        broker.answer(slot, from: 1)
        #expect(broker.effects == [.forward(slot: slot, client: BrokerHarness.client)])
    }

    @Test func anUnknownModelOrVersionIsToldAtOnce() {
        var broker = BrokerHarness()
        broker.join(1)
        let first = broker.request("other")
        #expect(broker.refused == [.init(slot: first, refusal: .modelNotFound)])
        let second = broker.request("m", version: "2")
        #expect(broker.refused == [.init(slot: second, refusal: .versionNotFound)])
    }

    @Test func aModelWithoutWorkersIsUnavailableAtOnce() {
        var broker = BrokerHarness()
        broker.join(1)
        broker.send(.goodbye(PeerID(rawValue: 1)))
        let slot = broker.request()
        #expect(broker.refused == [.init(slot: slot, refusal: .noWorker)])
    }

    @Test func aVersionPrefixFindsTheNewestReadyVersion() {
        var broker = BrokerHarness()
        broker.join(1, models: [("m", "1.2.0")])
        broker.join(2, models: [("m", "1.10.0")])
        broker.join(3, models: [("m", "2.0.0")])
        #expect(broker.route("m", "1") == broker.route("m", "1.10.0"))
        #expect(broker.route("m") == broker.route("m", "2.0.0"))
        #expect(broker.route("m", "1.1") == .versionNotFound)
        broker.send(.goodbye(PeerID(rawValue: 2)))
        #expect(broker.route("m", "1") == broker.route("m", "1.2.0"))
    }

    @Test func noWorkerGetsMoreThanItsCapacity() {
        var broker = BrokerHarness()
        broker.join(1, capacity: 2)
        let slots = (0..<4).map { _ in broker.request() }
        #expect(broker.dispatched.isEmpty)
        broker.answer(slots[0], from: 1)
        #expect(broker.dispatched == [[UInt64(slots[2]), 1]])
    }

    @Test func theLeastLoadedWorkerIsChosen() {
        var broker = BrokerHarness()
        broker.join(1, capacity: 4)
        broker.join(2, capacity: 4)
        let workers = (0..<4).map { _ -> UInt64 in
            broker.request()
            return broker.dispatched[0][1]
        }
        #expect(workers.filter { $0 == 1 }.count == 2)
    }

    @Test func aFullQueueRefusesAtOnce() {
        var broker = BrokerHarness { $0.queueLength = 1 }
        broker.join(1)
        broker.request()
        broker.request()
        let slot = broker.request()
        #expect(broker.refused == [.init(slot: slot, refusal: .overloaded(retryAfter: nil))])
    }

    @Test func aFullQueueTellsWhenToComeBackOnceItsRateIsKnown() {
        var broker = BrokerHarness { $0.queueLength = 10 }
        broker.join(1)
        for _ in 0..<20 { broker.answer(broker.request(), from: 1) }
        for _ in 0..<11 { broker.request() }
        #expect(broker.refused.map(\.refusal) == [.overloaded(retryAfter: .milliseconds(450))])
    }

    @Test func aQueuedRequestExpiresAtItsTime() {
        var broker = BrokerHarness()
        broker.join(1)
        broker.request(timeout: 1000)
        let waiting = broker.request(timeout: 100)
        broker.wait(milliseconds: 99)
        #expect(broker.refused.isEmpty)
        broker.wait(milliseconds: 1)
        #expect(broker.refused == [.init(slot: waiting, refusal: .deadlineExceeded)])
    }

    @Test func anExpiredRequestKeepsItsWorkersCreditUntilTheWorkerLetsGo() {
        var broker = BrokerHarness()
        broker.join(1)
        let running = broker.request(timeout: 50)
        broker.wait(milliseconds: 50)
        #expect(broker.effects.contains(.cancel(worker: PeerID(rawValue: 1), broker.core.requests.id(of: running))))
        broker.request()
        #expect(broker.dispatched.isEmpty)
        broker.answer(running, from: 1)
        #expect(broker.effects.first == .dropAnswer)
        #expect(broker.dispatched.count == 1)
    }

    @Test func whatALostWorkerHeldGoesToAnotherInItsOrder() {
        var broker = BrokerHarness()
        broker.join(1, capacity: 2)
        let first = broker.request()
        let second = broker.request()
        broker.join(2, capacity: 2)
        broker.send(.unreachable(PeerID(rawValue: 1)))
        #expect(broker.dispatched == [[UInt64(first), 2], [UInt64(second), 2]])
    }

    @Test func aRequestThatKillsItsWorkersFailsAfterItsAttempts() {
        var broker = BrokerHarness { $0.attempts = 2 }
        broker.join(1)
        let slot = broker.request()
        broker.join(2)
        broker.send(.unreachable(PeerID(rawValue: 1)))
        #expect(broker.dispatched == [[UInt64(slot), 2]])
        broker.join(3)
        broker.send(.unreachable(PeerID(rawValue: 2)))
        #expect(broker.refused == [.init(slot: slot, refusal: .workerLost(attempts: 2))])
    }

    @Test func requestsOfTheLastWorkerWaitForItToComeBack() {
        var broker = BrokerHarness()
        broker.join(1)
        let slot = broker.request()
        broker.send(.unreachable(PeerID(rawValue: 1)))
        #expect(broker.refused.isEmpty)
        broker.join(2)
        #expect(broker.dispatched == [[UInt64(slot), 2]])
    }

    @Test func requestsOfTheLastWorkerAreGivenUpAfterTheGrace() {
        var broker = BrokerHarness()
        broker.join(1)
        let tried = broker.request()
        let untried = broker.request()
        broker.send(.unreachable(PeerID(rawValue: 1)))
        broker.wait(milliseconds: 5_000)
        #expect(
            broker.refused == [
                .init(slot: tried, refusal: .workerLost(attempts: 1)), .init(slot: untried, refusal: .noWorker),
            ])
    }

    @Test func aSilentWorkerIsTakenForDeadAndItsLateAnswerDropped() {
        var broker = BrokerHarness()
        broker.join(1)
        let slot = broker.request()
        let late = broker.core.requests.id(of: slot)
        broker.wait(milliseconds: 2_600)
        #expect(broker.core.workers.count == 0)
        let header = WorkerMessage.Answer(request: late.rawValue, queued: 0, computed: 0, items: 1, flags: [])
        broker.send(.answer(PeerID(rawValue: 1), header))
        #expect(broker.effects == [.dropAnswer, .introduce(worker: PeerID(rawValue: 1))])
    }

    @Test func aWorkerThatAnswersPingsStays() {
        var broker = BrokerHarness()
        broker.join(1)
        for _ in 0..<20 {
            broker.wait(milliseconds: 500)
            broker.send(.pong(PeerID(rawValue: 1), WorkerMessage.Pong()))
        }
        #expect(broker.core.workers.count == 1)
    }

    @Test func aRefusedDispatchCostsNoAttempt() {
        var broker = BrokerHarness { $0.attempts = 1 }
        broker.join(1)
        let slot = broker.request()
        broker.join(2)
        broker.send(.refusal(PeerID(rawValue: 1), broker.core.requests.id(of: slot)))
        #expect(broker.dispatched == [[UInt64(slot), 2]])
    }

    @Test func aDrainingWorkerGetsNothingNewAndItsAnswersCount() {
        var broker = BrokerHarness()
        broker.join(1, capacity: 2)
        let slot = broker.request()
        broker.join(2, capacity: 1)
        broker.send(.draining(PeerID(rawValue: 1)))
        broker.request()
        #expect(broker.dispatched.map { $0[1] } == [2])
        broker.answer(slot, from: 1)
        #expect(broker.effects == [.forward(slot: slot, client: BrokerHarness.client)])
    }

    @Test func whatTheLastWorkerGivesBackWhileItDrainsIsToldSoonEnough() {
        var broker = BrokerHarness { $0.orphanGrace = .milliseconds(100) }
        broker.join(1, capacity: 2)
        broker.request()
        let slot = broker.request()
        broker.send(.draining(PeerID(rawValue: 1)))
        broker.send(.refusal(PeerID(rawValue: 1), broker.core.requests.id(of: slot)))
        broker.wait(milliseconds: 99)
        #expect(broker.refused.isEmpty)
        broker.wait(milliseconds: 1)
        #expect(broker.refused == [.init(slot: slot, refusal: .noWorker)])
    }

    @Test func anAnswerFromAnotherWorkerThanTheHoldersIsDropped() {
        var broker = BrokerHarness()
        broker.join(1)
        let slot = broker.request()
        broker.join(2)
        broker.answer(slot, from: 2)
        #expect(broker.effects == [.dropAnswer])
        broker.answer(slot, from: 1)
        #expect(broker.effects == [.forward(slot: slot, client: BrokerHarness.client)])
    }

    @Test func aSecondAnswerIsDropped() {
        var broker = BrokerHarness()
        broker.join(1)
        let slot = broker.request()
        let id = broker.core.requests.id(of: slot)
        broker.answer(slot, from: 1)
        let header = WorkerMessage.Answer(request: id.rawValue, queued: 0, computed: 0, items: 1, flags: [])
        broker.send(.answer(PeerID(rawValue: 1), header))
        #expect(broker.effects == [.dropAnswer])
    }

    @Test func aCancelledRequestLeavesTheQueue() {
        var broker = BrokerHarness()
        broker.join(1)
        broker.request(named: 1)
        let waiting = broker.request(named: 2)
        broker.send(.cancel(client: BrokerHarness.client, clientRequest: 2))
        #expect(broker.refused == [.init(slot: waiting, refusal: .cancelled)])
    }

    @Test func aCancelNamesNobodyElsesRequest() {
        var broker = BrokerHarness()
        broker.join(1)
        broker.request(named: 1)
        broker.send(.cancel(client: PeerID(rawValue: 999), clientRequest: 1))
        #expect(broker.effects.isEmpty)
    }

    @Test func bulkGetsItsShareAndNoMore() {
        var broker = BrokerHarness()
        broker.join(1)
        var running = broker.request()
        let bulk = Set((0..<20).map { _ in broker.request(priority: .bulk) })
        for _ in 0..<40 { broker.request() }
        var order: [Bool] = []
        for _ in 0..<18 {
            broker.answer(running, from: 1)
            running = Int32(broker.dispatched[0][0])
            order.append(bulk.contains(running))
        }
        #expect(order.filter { $0 }.count == 2)
        #expect(order.firstIndex(of: true) == 8)
    }

    @Test func aDrainingBrokerRefusesWhatIsNewAndFinishesWhatItHolds() {
        var broker = BrokerHarness()
        broker.join(1)
        let running = broker.request()
        let queued = broker.request()
        broker.send(.drain)
        let late = broker.request()
        #expect(broker.refused == [.init(slot: late, refusal: .draining)])
        broker.answer(running, from: 1)
        broker.answer(queued, from: 1)
        let isDrained = broker.core.isDrained
        #expect(isDrained)
    }

    @Test func aDrainThatTakesTooLongAnswersTheRest() {
        var broker = BrokerHarness { $0.drainTimeout = .milliseconds(100) }
        broker.join(1)
        let running = broker.request()
        let queued = broker.request()
        broker.send(.drain)
        broker.wait(milliseconds: 100)
        #expect(Set(broker.refused.map(\.slot)) == [running, queued])
        let isDrained = broker.core.isDrained
        #expect(isDrained)
    }

    @Test func aRestartedBrokerNamesRequestsDifferently() {
        var one = RequestTable(epoch: 1, now: Instant(nanoseconds: 0))
        var other = RequestTable(epoch: 99, now: Instant(nanoseconds: 0))
        one.insert(RequestRecord(), at: 0)
        other.insert(RequestRecord(), at: 0)
        #expect(one.id(of: 0) != other.id(of: 0))
    }

    @Test func nonsenseIsNoWorker() {
        var broker = BrokerHarness()
        broker.join(1, capacity: 0)
        broker.join(3, models: [("m", "1"), ("m", "1")])
        #expect(broker.core.workers.count == 0)
    }

    /// Its models may come later.
    @Test func aWorkerMayBeginWithNoModel() {
        var broker = BrokerHarness()
        broker.join(1, models: [])
        #expect(broker.core.workers.count == 1)
    }

    @Test func aBrokerThatWasHeldUpDoesNotTakeItsWorkersForSilent() {
        var broker = BrokerHarness()
        broker.join(1)
        broker.skip(milliseconds: 60_000)
        broker.send(.tick)
        #expect(broker.effects == [.ping(worker: PeerID(rawValue: 1))])
        broker.wait(milliseconds: 2_500)
        let slot = broker.request()
        #expect(broker.refused == [.init(slot: slot, refusal: .noWorker)])
    }
}
