import SibylProtocol
import Testing

@testable import SibylCore

@Suite struct WorkerCoreTests {
    // MARK: - Sessions

    @Test func changedModelsAreToldToWhoIsWelcome() {
        let worker = WorkerHarness(brokers: 3)
        worker.join(0)
        worker.send(.connected(broker: 1))
        #expect(worker.send(.modelsChanged) == [.models(broker: 0)])
        // The hello that is on its way says what was served before.
        let welcome = WorkerMessage.Welcome(heartbeatInterval: 500, livenessTimeout: 2_000)
        let effects = worker.send(.welcome(broker: 1, welcome))
        #expect(effects == [.note(.joined(broker: 1)), .models(broker: 1)])
        // Who was not there yet hears it in the hello.
        worker.send(.connected(broker: 2))
        #expect(worker.send(.welcome(broker: 2, welcome)) == [.note(.joined(broker: 2))])
    }

    @Test func aRequestForAModelThatIsGoneIsGivenBack() {
        let worker = WorkerHarness()
        worker.join()
        #expect(worker.send(.stray(broker: 0, RequestID(rawValue: 9))) == [.refuse(broker: 0, RequestID(rawValue: 9))])
        #expect(worker.jobCount == 0)
    }

    @Test func aConnectionBringsAHelloAndAWelcomeBringsWork() throws {
        let worker = WorkerHarness()
        #expect(worker.send(.connected(broker: 0)) == [.hello(broker: 0)])
        let welcome = WorkerMessage.Welcome(heartbeatInterval: 500, livenessTimeout: 2_000)
        #expect(worker.send(.welcome(broker: 0, welcome)) == [.note(.joined(broker: 0))])
        let slot = try #require(worker.dispatch(timeLeft: 5_000))
        #expect(worker.effects == [.accept(slot: slot, broker: 0, deadline: worker.now + .milliseconds(5))])
        #expect(worker.send(.finished(slot: slot)) == [.forward(broker: 0)])
        #expect(worker.jobCount == 0)
    }

    @Test func aPingGetsAPong() {
        let worker = WorkerHarness()
        worker.join()
        #expect(worker.send(.ping(broker: 0)) == [.pong(broker: 0)])
    }

    @Test func anUnreachableBrokerIsToldOfAfterAMomentAndThenOnceInAWhile() {
        let worker = WorkerHarness()
        #expect(worker.wait(milliseconds: 999) == [])
        #expect(worker.wait(milliseconds: 1) == [.note(.unreachable(broker: 0, .seconds(1)))])
        #expect(worker.wait(milliseconds: 29_999) == [])
        #expect(worker.wait(milliseconds: 1) == [.note(.unreachable(broker: 0, .seconds(31)))])
    }

    @Test func aPeerThatDoesNotWelcomeIsToldOfAndGreetedAgain() {
        let worker = WorkerHarness()
        worker.send(.connected(broker: 0))
        #expect(worker.wait(milliseconds: 1_000) == [.note(.unanswered(broker: 0, .seconds(1)))])
        #expect(worker.wait(milliseconds: 1_000) == [.hello(broker: 0)])
    }

    @Test func aHelloThatTheSocketDidNotTakeIsSaidAgainSoon() {
        let worker = WorkerHarness()
        worker.send(.connected(broker: 0))
        worker.send(.unsent(broker: 0))
        #expect(worker.wait(milliseconds: 10) == [.hello(broker: 0)])
    }

    @Test func aBrokenConnectionDropsItsJobsAndTheNextOneBeginsWithAHello() throws {
        let worker = WorkerHarness()
        worker.join()
        let queued = try #require(worker.dispatch())
        let computed = try #require(worker.dispatch())
        #expect(
            worker.send(.disconnected(broker: 0)) == [
                .abandon(broker: 0), .note(.lost(broker: 0, .disconnected, dropped: 2)),
            ])
        #expect(worker.send(.withdrawn(slot: queued)) == [])
        #expect(worker.send(.connected(broker: 0)) == [.hello(broker: 0)])
        #expect(worker.send(.finished(slot: computed)) == [.dropAnswer])
        #expect(worker.jobCount == 0)
    }

    @Test func jobsOfALostSessionTakeNoCreditOfTheNext() throws {
        let worker = WorkerHarness()
        worker.join()
        let lost = [try #require(worker.dispatch()), try #require(worker.dispatch())]
        worker.send(.disconnected(broker: 0))
        worker.join()
        let slots = [try #require(worker.dispatch()), try #require(worker.dispatch())]
        #expect(Set(lost + slots).count == 4)
    }

    @Test func aSilentBrokerIsGivenUpAndReconnected() {
        let worker = WorkerHarness()
        worker.join(livenessTimeout: 2_000)
        worker.wait(milliseconds: 1_500)
        worker.send(.ping(broker: 0))
        #expect(worker.wait(milliseconds: 1_999) == [])
        #expect(
            worker.wait(milliseconds: 1) == [
                .note(.lost(broker: 0, .silent, dropped: 0)), .reconnect(broker: 0),
            ])
        #expect(worker.send(.connected(broker: 0)) == [.hello(broker: 0)])
    }

    @Test func aWelcomeWithNonsenseTimesEndsNoSession() {
        let worker = WorkerHarness()
        worker.join(livenessTimeout: 0)
        #expect(worker.wait(milliseconds: 49) == [])
        worker.send(.ping(broker: 0))
        #expect(worker.wait(milliseconds: 49) == [])
    }

    @Test func aBrokerThatForgotTheWorkerIsGreetedOnce() throws {
        let worker = WorkerHarness()
        worker.join()
        let slot = try #require(worker.dispatch())
        #expect(
            worker.send(.introduce(broker: 0)) == [
                .abandon(broker: 0), .note(.lost(broker: 0, .forgotten, dropped: 1)), .hello(broker: 0),
            ])
        // Further ones answer what was sent before the hello.
        #expect(worker.send(.introduce(broker: 0)) == [])
        #expect(worker.send(.finished(slot: slot)) == [.dropAnswer])
        // So does a dispatch: the broker has taken that request back.
        worker.dispatch()
        #expect(worker.effects == [.dropDispatch])
    }

    @Test func aBrokerThatDoesNotReadIsReconnected() {
        let worker = WorkerHarness()
        worker.join()
        #expect(
            worker.send(.unsent(broker: 0)) == [
                .note(.lost(broker: 0, .blocked, dropped: 0)), .reconnect(broker: 0),
            ])
    }

    @Test func aSecondConnectionWithoutTheEndOfTheFirstIsANewSession() throws {
        let worker = WorkerHarness()
        worker.join()
        try #require(worker.dispatch() != nil)
        worker.send(.connected(broker: 0))
        #expect(worker.effects.last == .hello(broker: 0))
        #expect(worker.effects.first == .abandon(broker: 0))
    }

    // MARK: - Credit, deadlines, cancels

    @Test func noMoreIsTakenThanWasAnnounced() throws {
        let worker = WorkerHarness()
        worker.join()
        let first = try #require(worker.dispatch())
        worker.dispatch()
        worker.dispatch(request: 77)
        #expect(worker.effects == [.refuse(broker: 0, RequestID(rawValue: 77))])
        worker.send(.finished(slot: first))
        #expect(worker.dispatch() != nil)
    }

    @Test func eachBrokerHasCreditOfItsOwn() throws {
        let worker = WorkerHarness(brokers: 2) { $0.capacity = 1 }
        worker.join(0)
        worker.join(1)
        let first = try #require(worker.dispatch(from: 0, request: 5))
        let second = try #require(worker.dispatch(from: 1, request: 5))
        #expect(worker.dispatch(from: 0) == nil)
        // The death of one leaves the other's job alone.
        worker.send(.disconnected(broker: 0))
        #expect(worker.send(.finished(slot: first)) == [.dropAnswer])
        #expect(worker.send(.finished(slot: second)) == [.forward(broker: 1)])
    }

    @Test func whatHasExpiredOnItsWayIsAnsweredAtOnce() {
        let worker = WorkerHarness()
        worker.join()
        worker.dispatch(timeLeft: 0)
        #expect(worker.effects == [.expire(broker: 0)])
        #expect(worker.jobCount == 0)
    }

    @Test func anyTimeLeftIsADeadline() {
        let worker = WorkerHarness()
        worker.join()
        worker.dispatch(timeLeft: .max)
        #expect(worker.effects == [.accept(slot: 0, broker: 0, deadline: .distantFuture)])
    }

    @Test func aCancelledJobLeavesTheQueueOrIsAnsweredWhenItIsDone() throws {
        let worker = WorkerHarness()
        worker.join()
        let queued = try #require(worker.dispatch(request: 8))
        let computed = try #require(worker.dispatch(request: 9))
        #expect(
            worker.send(.cancel(broker: 0, RequestID(rawValue: 8))) == [.cancel(slot: queued, broker: 0)])
        #expect(worker.send(.withdrawn(slot: queued)) == [])
        #expect(
            worker.send(.cancel(broker: 0, RequestID(rawValue: 9))) == [.cancel(slot: computed, broker: 0)])
        #expect(worker.send(.cancel(broker: 0, RequestID(rawValue: 9))) == [])
        #expect(worker.send(.finished(slot: computed)) == [.forward(broker: 0)])
        #expect(worker.send(.cancel(broker: 0, RequestID(rawValue: 9))) == [])
        #expect(worker.jobCount == 0)
    }

    // MARK: - Leaving

    @Test func aDrainAnswersWhatWasAcceptedAndTakesNothingNew() throws {
        let worker = WorkerHarness()
        worker.join()
        let slot = try #require(worker.dispatch())
        #expect(worker.send(.drain) == [.draining(broker: 0)])
        worker.dispatch(request: 50)
        #expect(worker.effects == [.refuse(broker: 0, RequestID(rawValue: 50))])
        #expect(!worker.isDrained)
        #expect(worker.send(.finished(slot: slot)) == [.forward(broker: 0), .goodbye(broker: 0)])
        #expect(worker.isDrained)
    }

    @Test func anIdleWorkerLeavesAtOnce() {
        let worker = WorkerHarness(brokers: 3)
        worker.join(0)
        worker.send(.connected(broker: 1))
        #expect(
            worker.send(.drain) == [.draining(broker: 0), .goodbye(broker: 0), .goodbye(broker: 1)])
        #expect(worker.isDrained)
        #expect(worker.core.nextDeadline == .distantFuture)
    }

    @Test func aDrainIsBoundedAndGivesBackWhatItDidNotBegin() throws {
        let worker = WorkerHarness { $0.drainTimeout = .milliseconds(500) }
        worker.join()
        let computed = try #require(worker.dispatch())
        let queued = try #require(worker.dispatch())
        worker.send(.drain)
        #expect(
            worker.wait(milliseconds: 500) == [
                .note(.drainCutShort(held: 2)), .handBack(broker: 0), .goodbye(broker: 0),
            ])
        #expect(worker.isDrained)
        worker.send(.withdrawn(slot: queued))
        #expect(worker.send(.finished(slot: computed)) == [.dropAnswer])
    }

    @Test func aBrokerLostInADrainIsNotComeBackTo() throws {
        let worker = WorkerHarness()
        worker.join()
        try #require(worker.dispatch() != nil)
        worker.send(.drain)
        worker.send(.disconnected(broker: 0))
        #expect(worker.isDrained)
        #expect(worker.send(.connected(broker: 0)) == [])
    }

    @Test func aSilentBrokerEndsADrain() throws {
        let worker = WorkerHarness()
        worker.join(livenessTimeout: 1_000)
        try #require(worker.dispatch() != nil)
        worker.send(.drain)
        #expect(
            worker.wait(milliseconds: 1_000) == [
                .abandon(broker: 0), .note(.lost(broker: 0, .silent, dropped: 1)),
            ])
        #expect(worker.isDrained)
    }

    @Test func aStopDoesNotWait() throws {
        let worker = WorkerHarness()
        worker.join()
        try #require(worker.dispatch() != nil)
        #expect(
            worker.send(.stop) == [
                .draining(broker: 0), .note(.drainCutShort(held: 1)), .handBack(broker: 0), .goodbye(broker: 0),
            ])
        #expect(worker.isDrained)
    }

    // MARK: - Bounds

    /// Random events, whatever they are, leave the books in order.
    @Test(arguments: 0..<50) func anyHistoryKeepsTheBooks(seed: Int) {
        var random = SplitMix(state: UInt64(seed))
        let worker = WorkerHarness(brokers: 2) { $0.capacity = 3 }
        var live: Set<Int32> = []
        for _ in 0..<2_000 {
            let broker = Int32.random(in: 0..<2, using: &random)
            switch Int.random(in: 0..<20, using: &random) {
            case 0: worker.send(.connected(broker: broker))
            case 1: worker.send(.disconnected(broker: broker))
            case 2: worker.send(.introduce(broker: broker))
            case 3: worker.send(.unsent(broker: broker))
            case 4: worker.wait(milliseconds: Int64.random(in: 0..<3_000, using: &random))
            case 5: worker.send(.cancel(broker: broker, RequestID(rawValue: .random(in: 0..<50, using: &random))))
            case 6..<9: worker.send(.ping(broker: broker))
            case 9..<11: worker.join(broker)
            case 11..<16:
                let slot = worker.dispatch(from: broker, request: .random(in: 0..<50, using: &random))
                if let slot { #expect(live.insert(slot).inserted) }
            default:
                guard let slot = live.sorted().randomElement(using: &random) else { continue }
                live.remove(slot)
                worker.send(Bool.random(using: &random) ? .finished(slot: slot) : .withdrawn(slot: slot))
            }
            #expect(worker.jobCount == live.count)
            #expect(worker.core.links.allSatisfy { $0.held.count <= 3 })
        }
        worker.send(.drain)
        worker.wait(milliseconds: 10_000)
        #expect(worker.isDrained)
    }

    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
