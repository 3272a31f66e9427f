import SibylCore
import SibylProtocol
import Testing

@testable import SibylTesting

/// The checker's rules for workers, clients and calls on histories that are wrong in one place.
@Suite struct OtherRuleTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)
    private static let second = Instant.Span.seconds(1)

    // MARK: - Workers

    private struct Worker {
        let checker = Checker()
        let shadow: WorkerShadow

        init(capacity: UInt32 = 1) {
            var limits = WorkerLimits()
            limits.capacity = capacity
            shadow = WorkerShadow(limits, brokers: 1, checker: checker)
        }

        var broken: Rule? { checker.violation?.rule }

        func tell(_ event: WorkerEvent, _ effects: WorkerEffect...) {
            shadow.observe(event, at: OtherRuleTests.start)
            for effect in effects { shadow.observe(effect) }
            shadow.finishEvent()
        }

        func dispatch(_ name: UInt64, _ effects: WorkerEffect...) {
            let header = WorkerMessage.Dispatch(
                request: name, model: 0, timeLeft: 1_000_000, queued: 0, attempt: 1, flags: .twoFrames)
            shadow.observe(.dispatch(broker: 0, header), at: OtherRuleTests.start)
            for effect in effects { shadow.observe(effect) }
            shadow.finishEvent()
        }

        func accept(_ slot: Int32) -> WorkerEffect {
            .accept(slot: slot, broker: 0, deadline: OtherRuleTests.start + OtherRuleTests.second)
        }
    }

    @Test func aRightWorkerBreaksNothing() {
        let worker = Worker()
        worker.dispatch(1, worker.accept(0))
        worker.dispatch(2, .refuse(broker: 0, RequestID(rawValue: 2)))
        worker.tell(.finished(slot: 0), .forward(broker: 0))
        worker.tell(.ping(broker: 0), .pong(broker: 0))
        worker.dispatch(3, worker.accept(0))
        worker.tell(.disconnected(broker: 0), .abandon(broker: 0))
        worker.tell(.finished(slot: 0), .dropAnswer)
        #expect(worker.broken == nil)
    }

    @Test func aDispatchThatIsForgotten() {
        let worker = Worker()
        worker.dispatch(1)
        #expect(worker.broken == .dispatchAnswered)
    }

    @Test func aRequestThatIsGivenBackForNothing() {
        let worker = Worker()
        worker.dispatch(1, .refuse(broker: 0, RequestID(rawValue: 1)))
        #expect(worker.broken == .dispatchAnswered)
    }

    @Test func beyondTheCapacity() {
        let worker = Worker()
        worker.dispatch(1, worker.accept(0))
        worker.dispatch(2, worker.accept(1))
        #expect(worker.broken == .withinCapacity)
    }

    @Test func aSlotThatIsGivenTwice() {
        let worker = Worker(capacity: 4)
        worker.dispatch(1, worker.accept(0))
        worker.dispatch(2, worker.accept(0))
        #expect(worker.broken == .jobEndsOnce)
    }

    @Test func anAnswerToASessionThatIsOver() {
        let worker = Worker()
        worker.dispatch(1, worker.accept(0))
        worker.tell(.disconnected(broker: 0), .note(.lost(broker: 0, .disconnected, dropped: 1)))
        worker.tell(.finished(slot: 0), .forward(broker: 0))
        #expect(worker.broken == .jobEndsOnce)
    }

    @Test func anAnswerThatIsDropped() {
        let worker = Worker()
        worker.dispatch(1, worker.accept(0))
        worker.tell(.finished(slot: 0), .dropAnswer)
        #expect(worker.broken == .jobEndsOnce)
    }

    @Test func aPingWithoutAnswer() {
        let worker = Worker()
        worker.tell(.ping(broker: 0))
        #expect(worker.broken == .sessionKept)
    }

    @Test func wordsAfterTheGoodbye() {
        let worker = Worker()
        worker.tell(.drain, .goodbye(broker: 0))
        worker.tell(.ping(broker: 0), .pong(broker: 0))
        #expect(worker.broken == .sessionKept)
    }

    @Test func aJobsDeadlineThatIsLost() {
        let worker = Worker()
        worker.dispatch(1, .accept(slot: 0, broker: 0, deadline: .distantFuture))
        #expect(worker.broken == .timeLeftTold)
    }

    // MARK: - Clients

    private struct Client {
        let checker = Checker()
        let shadow: ClientShadow

        init(endpoints: Int = 2) {
            shadow = ClientShadow(ClientLimits(), endpoints: endpoints, checker: checker)
        }

        var broken: Rule? { checker.violation?.rule }

        func tell(
            _ event: ClientEvent, call: Int32 = -1, at now: Instant = OtherRuleTests.start, _ effects: ClientEffect...
        ) {
            shadow.observe(event, call: call, at: now)
            for effect in effects { shadow.observe(effect) }
            shadow.finishEvent()
        }

        func send(_ slot: Int32, _ name: UInt64, to endpoint: Int32) -> ClientEffect {
            .send(slot: slot, call: name, endpoint: endpoint, timeLeft: OtherRuleTests.second)
        }
    }

    @Test func aRightClientBreaksNothing() {
        let client = Client()
        client.tell(.connected(endpoint: 0))
        client.tell(.connected(endpoint: 1))
        client.tell(.call(timeout: Self.second), call: 7, .accept(slot: 0), client.send(0, 50, to: 0))
        client.tell(.disconnected(endpoint: 0), client.send(0, 50, to: 1))
        client.tell(.reply(call: 50), .finish(slot: 0))
        client.tell(.reply(call: 50), .dropReply)
        #expect(client.broken == nil)
    }

    @Test func aCallThatWaitsForNothing() {
        let client = Client()
        client.tell(.connected(endpoint: 0))
        client.tell(.call(timeout: Self.second), call: 7, .accept(slot: 0))
        #expect(client.broken == .sentRight)
    }

    @Test func theSecondBest() {
        let client = Client()
        client.tell(.connected(endpoint: 0))
        client.tell(.connected(endpoint: 1))
        client.tell(.call(timeout: Self.second), call: 7, .accept(slot: 0), client.send(0, 50, to: 1))
        #expect(client.broken == .sentRight)
    }

    @Test func aNewDeadlineForASecondTry() {
        let client = Client()
        client.tell(.connected(endpoint: 0))
        client.tell(.connected(endpoint: 1))
        client.tell(.call(timeout: Self.second), call: 7, .accept(slot: 0), client.send(0, 50, to: 0))
        let later = Self.start + .milliseconds(400)
        client.tell(.disconnected(endpoint: 0), at: later, client.send(0, 50, to: 1))
        #expect(client.broken == .timeLeftTold)
    }

    @Test func anEndThatIsIgnored() {
        let client = Client()
        client.tell(.connected(endpoint: 0))
        client.tell(.connected(endpoint: 1))
        client.tell(.call(timeout: Self.second), call: 7, .accept(slot: 0), client.send(0, 50, to: 0))
        client.tell(.disconnected(endpoint: 0))
        #expect(client.broken == .sentRight)
    }

    @Test func aNameOfAnEarlierCall() {
        let client = Client()
        client.tell(.connected(endpoint: 0))
        client.tell(.call(timeout: Self.second), call: 7, .accept(slot: 0), client.send(0, 50, to: 0))
        client.tell(.reply(call: 50), .finish(slot: 0))
        client.tell(.call(timeout: Self.second), call: 8, .accept(slot: 0), client.send(0, 50, to: 0))
        #expect(client.broken == .namesUnique)
    }

    @Test func aReplyToAStranger() {
        let client = Client()
        client.tell(.connected(endpoint: 0))
        client.tell(.call(timeout: Self.second), call: 7, .accept(slot: 0), client.send(0, 50, to: 0))
        client.tell(.reply(call: 51), .finish(slot: 0))
        #expect(client.broken == .answeredOnce)
    }

    @Test func aServerThatIsNotAskedAlthoughAnotherTurnedTheCallAway() {
        let client = Client()
        client.tell(.connected(endpoint: 0))
        client.tell(.connected(endpoint: 1))
        client.tell(.call(timeout: Self.second), call: 7, .accept(slot: 0), client.send(0, 50, to: 0))
        client.tell(.turnedAway(call: 50, endpoint: 0), .finish(slot: 0))
        #expect(client.broken == .sentRight)
    }

    @Test func aCallThatOutlivesItsDeadline() {
        let client = Client()
        client.tell(.call(timeout: Self.second), call: 7, .accept(slot: 0))
        client.shadow.finishTurn(at: Self.start + .milliseconds(1_000))
        #expect(client.broken == nil)
        client.shadow.finishTurn(at: Self.start + .milliseconds(1_001))
        #expect(client.broken == .endsByDeadline)
    }

    // MARK: - Calls

    private func book(_ theme: Scenario.Theme = .calm) -> (CallBook, Checker) {
        var scenario = Scenario(seed: 0, random: RandomSource(seed: 0))
        scenario.theme = theme
        let checker = Checker()
        return (CallBook(scenario, checker: checker), checker)
    }

    private var call: Call {
        var call = Call()
        call.choice = .init(model: "alpha", version: "", allowed: [0])
        call.input = 42
        call.timeout = Self.second
        call.issued = Self.start
        return call
    }

    @Test func anAnswerOfItsOwn() {
        let (book, checker) = book()
        let right = book.add(call)
        book.end(right, with: Verdict(output: Call.output(of: 42, model: 0)), at: Self.start)
        #expect(checker.violation == nil)
        let wrong = book.add(call)
        book.end(wrong, with: Verdict(output: Call.output(of: 43, model: 0)), at: Self.start)
        #expect(checker.violation?.rule == .answerBelongs)
    }

    @Test func anAnswerOfAnotherVersion() {
        let (book, checker) = book()
        book.end(book.add(call), with: Verdict(output: Call.output(of: 42, model: 1)), at: Self.start)
        #expect(checker.violation?.rule == .answerBelongs)
    }

    @Test func twoEnds() {
        let (book, checker) = book()
        let number = book.add(call)
        book.end(number, with: Verdict(output: Call.output(of: 42, model: 0)), at: Self.start)
        book.end(number, with: .closed, at: Self.start)
        #expect(checker.violation?.rule == .answeredOnce)
    }

    @Test(arguments: [ErrorCode.workerLost, .unavailable, .deadlineExceeded, .predictionFailed, .cancelled])
    func anErrorForNothing(code: ErrorCode) {
        let (book, checker) = book()
        book.end(book.add(call), with: Verdict(failure: code), at: Self.start)
        #expect(checker.violation?.rule == .failureJustified)
    }
}
