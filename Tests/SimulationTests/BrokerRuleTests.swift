import SibylCore
import SibylJSON
import SibylProtocol
import Testing

@testable import SibylTesting

/// The checker's rules for a broker on histories that are wrong in one place.
@Suite struct BrokerRuleTests {
    /// A shadow that is told a history by hand: two workers, of one model each, serve `alpha 1.0.0`.
    private struct Book: ~Copyable {
        let checker = Checker()
        let calls: CallBook
        let shadow: BrokerShadow
        var now = Instant(nanoseconds: 5_000_000_000)

        static let client = PeerID(rawValue: 1)

        init(_ change: (inout Scenario) -> Void = { _ in }) {
            var scenario = Scenario(seed: 0, random: RandomSource(seed: 0))
            scenario.models = [.init(name: "alpha", version: "1.0.0", cost: 1...1)]
            scenario.brokerLimits.settlingTime = .zero
            change(&scenario)
            calls = CallBook(scenario, checker: checker)
            shadow = BrokerShadow(0, scenario, checker: checker, book: calls, at: now)
        }

        var broken: Rule? { checker.violation?.rule }

        func tell(_ event: BrokerEvent, call: Int32 = -1, _ effects: [BrokerEffect]) {
            shadow.observe(event, call: call, at: now)
            for effect in effects { shadow.observe(effect) }
            shadow.finishEvent()
        }

        func join(_ worker: UInt64, capacity: UInt32 = 1) {
            let model = WorkerAnnouncement.Model(name: "alpha", version: "1.0.0")
            let welcome = WorkerMessage.Welcome(heartbeatInterval: 500, livenessTimeout: 2_000)
            tell(
                .hello(
                    PeerID(rawValue: worker),
                    WorkerAnnouncement(name: "w\(worker)", capacity: capacity, models: [model])),
                [.welcome(worker: PeerID(rawValue: worker), welcome)])
        }

        func arrival(
            _ slot: Int32, tenant: UInt64 = 0, priority: Priority = .interactive, cost: UInt32 = 1, size: Int = 10
        ) -> RequestArrival {
            RequestArrival(
                slot: slot, client: Self.client, clientRequest: UInt64(slot), route: .service(0), flags: .twoFrames,
                priority: priority, timeout: .milliseconds(1_000), size: size, tenant: tenant, cost: cost)
        }

        func dispatch(
            _ slot: Int32, to worker: UInt64, name: UInt64, attempt: UInt32 = 1, model: UInt32 = 0,
            left: UInt64 = 1_000_000, isBulk: Bool = false
        ) -> BrokerEffect {
            .dispatch(
                slot: slot, worker: PeerID(rawValue: worker),
                .init(
                    request: name, model: model, timeLeft: left, queued: 0, attempt: attempt,
                    flags: .init(isTwoFrames: true, isBatch: false, isBulk: isBulk)))
        }

        func newCall() -> Int32 {
            var call = Call()
            call.choice = .init(model: "alpha", version: "", allowed: [0])
            return calls.add(call)
        }

        /// A request that is dispatched at once.
        func request(_ slot: Int32, to worker: UInt64) {
            tell(
                .request(arrival(slot)), call: newCall(), [dispatch(slot, to: worker, name: UInt64(slot) + 100)])
        }

        /// A request that has to wait.
        func queue(_ slot: Int32, tenant: UInt64 = 0, priority: Priority = .interactive, cost: UInt32 = 1) {
            tell(
                .request(arrival(slot, tenant: tenant, priority: priority, cost: cost)), call: newCall(), [])
        }

        func answer(_ slot: Int32, from worker: UInt64, _ effects: [BrokerEffect]) {
            let header = WorkerMessage.Answer(
                request: UInt64(slot) + 100, queued: 0, computed: 0, items: 1, flags: .twoFrames)
            tell(.answer(PeerID(rawValue: worker), header), effects)
        }
    }

    @Test func aRightHistoryBreaksNothing() {
        var book = Book()
        book.join(1)
        book.request(0, to: 1)
        book.queue(1)
        book.answer(0, from: 1, [.forward(slot: 0, client: Book.client), book.dispatch(1, to: 1, name: 101)])
        book.answer(1, from: 1, [.forward(slot: 1, client: Book.client)])
        book.now = book.now + .milliseconds(100)
        book.shadow.finishTurn(at: book.now)
        book.shadow.requireEmpty("broker", stats: Self.stats(answered: 2))
        #expect(book.checker.violation == nil)
    }

    @Test func moreThanTheCredit() {
        let book = Book()
        book.join(1)
        book.request(0, to: 1)
        book.request(1, to: 1)
        #expect(book.broken == .withinCredit)
    }

    @Test func aWorkerThatDrains() {
        let book = Book()
        book.join(1, capacity: 4)
        book.join(2)
        book.tell(.draining(PeerID(rawValue: 1)), [])
        book.request(0, to: 1)
        #expect(book.broken == .workerAvailable)
    }

    @Test func aWorkerThatIsGone() {
        let book = Book()
        book.join(1)
        book.join(2)
        book.tell(.goodbye(PeerID(rawValue: 1)), [])
        book.request(0, to: 1)
        #expect(book.broken == .workerAvailable)
    }

    @Test func anotherModel() {
        let book = Book()
        book.join(1)
        book.tell(.request(book.arrival(0)), call: book.newCall(), [book.dispatch(0, to: 1, name: 9, model: 1)])
        #expect(book.broken == .servesModel)
    }

    @Test func aWorkerThatIdlesWhileRequestsWait() {
        let book = Book()
        book.join(1)
        book.queue(0)
        #expect(book.broken == .workConserved)
    }

    @Test func aLostRequest() {
        let book = Book()
        book.join(1)
        book.request(0, to: 1)
        book.join(2)
        // It should go to the other.
        book.tell(.unreachable(PeerID(rawValue: 1)), [])
        #expect(book.broken == .workConserved)
    }

    @Test func twoAnswers() {
        let book = Book()
        book.join(1)
        book.request(0, to: 1)
        book.answer(0, from: 1, [.forward(slot: 0, client: Book.client)])
        book.answer(0, from: 1, [.forward(slot: 0, client: Book.client)])
        #expect(book.broken == .oneReply)
    }

    @Test func anAnswerThatIsDropped() {
        let book = Book()
        book.join(1)
        book.request(0, to: 1)
        book.answer(0, from: 1, [.dropAnswer])
        #expect(book.broken == .oneReply)
    }

    @Test func anAnswerOfAnother() {
        let book = Book()
        book.join(1)
        book.join(2)
        book.request(0, to: 1)
        book.answer(0, from: 2, [.forward(slot: 0, client: Book.client)])
        #expect(book.broken == .oneReply)
    }

    @Test func aNameThatWasUsed() {
        let book = Book()
        book.join(1)
        book.request(0, to: 1)
        book.answer(0, from: 1, [.forward(slot: 0, client: Book.client)])
        book.request(0, to: 1)
        #expect(book.broken == .namesUnique)
    }

    @Test func moreAttemptsThanAllowed() {
        let book = Book { $0.brokerLimits.attempts = 1 }
        book.join(1)
        book.request(0, to: 1)
        book.join(2)
        book.tell(.unreachable(PeerID(rawValue: 1)), [book.dispatch(0, to: 2, name: 100, attempt: 2)])
        #expect(book.broken == .attemptsBounded)
    }

    @Test func anAttemptThatIsNotCounted() {
        let book = Book()
        book.join(1)
        book.request(0, to: 1)
        book.join(2)
        book.tell(.unreachable(PeerID(rawValue: 1)), [book.dispatch(0, to: 2, name: 100, attempt: 1)])
        #expect(book.broken == .attemptsBounded)
    }

    @Test func theLastAttemptIsAlone() {
        let book = Book { $0.brokerLimits.attempts = 2 }
        book.join(1, capacity: 2)
        book.request(0, to: 1)
        book.join(2, capacity: 2)
        book.request(1, to: 2)
        book.tell(.unreachable(PeerID(rawValue: 1)), [book.dispatch(0, to: 2, name: 100, attempt: 2)])
        #expect(book.broken == .poisonAlone)
    }

    @Test func innocentsDoNotFailWithThePoison() {
        let book = Book {
            $0.theme = .poison
            $0.brokerLimits.attempts = 2
        }
        book.join(1)
        book.request(0, to: 1)
        book.join(2)
        book.tell(.unreachable(PeerID(rawValue: 1)), [book.dispatch(0, to: 2, name: 100, attempt: 2)])
        book.tell(
            .unreachable(PeerID(rawValue: 2)), [.refuse(slot: 0, client: Book.client, .workerLost(attempts: 2))])
        #expect(book.broken == .poisonAlone)
    }

    @Test func aDeadlineThatPasses() {
        var book = Book()
        book.join(1)
        book.request(0, to: 1)
        book.now = book.now + .milliseconds(1_000)
        book.shadow.finishTurn(at: book.now)
        #expect(book.broken == nil)
        book.now = book.now + .milliseconds(1)
        book.shadow.finishTurn(at: book.now)
        #expect(book.broken == .deadlineKept)
    }

    @Test func aDeadlineBeforeItsTime() {
        var book = Book()
        book.join(1)
        book.request(0, to: 1)
        book.now = book.now + .milliseconds(999)
        book.tell(.tick, [.refuseAndKeep(slot: 0, client: Book.client, .deadlineExceeded)])
        #expect(book.broken == .refusalJustified)
    }

    @Test func aDispatchAfterTheDeadline() {
        var book = Book()
        book.join(1)
        book.request(0, to: 1)
        book.queue(1)
        book.now = book.now + .milliseconds(1_000)
        book.answer(
            0, from: 1, [.forward(slot: 0, client: Book.client), book.dispatch(1, to: 1, name: 101, left: 0)])
        #expect(book.broken == .notAfterDeadline)
    }

    @Test func aRefusalForNothing() {
        let book = Book()
        book.join(1)
        book.tell(
            .request(book.arrival(0)), call: book.newCall(),
            [.refuse(slot: 0, client: Book.client, .overloaded(retryAfter: nil))])
        #expect(book.broken == .refusalJustified)
    }

    @Test func aQueueBeyondItsBound() {
        let book = Book { $0.brokerLimits.queueLength = 2 }
        book.join(1)
        book.request(0, to: 1)
        for slot in 1...3 as ClosedRange<Int32> { book.queue(slot) }
        #expect(book.broken == .queueBounded)
    }

    @Test func aCancelThatDoesNothing() {
        let book = Book()
        book.join(1)
        book.request(0, to: 1)
        book.tell(.cancel(client: Book.client, clientRequest: 0), [])
        #expect(book.broken == .cancelTold)
    }

    @Test func aCancelThatTheWorkerDoesNotHear() {
        let book = Book()
        book.join(1)
        book.request(0, to: 1)
        book.tell(
            .cancel(client: Book.client, clientRequest: 0),
            [.refuseAndKeep(slot: 0, client: Book.client, .cancelled)])
        #expect(book.broken == .cancelTold)
    }

    @Test func aClientThatIsGoneAndNotForgotten() {
        let book = Book()
        book.join(1)
        book.request(0, to: 1)
        book.tell(.clientGone(Book.client), [])
        #expect(book.broken == .cancelTold)
    }

    @Test func aWorkerThatIsSilent() {
        var book = Book()
        book.join(1)
        for _ in 0..<26 {
            book.now = book.now + .milliseconds(100)
            book.shadow.finishTurn(at: book.now)
        }
        #expect(book.broken == .lossNoticed)
    }

    @Test func bulkBeforeInteractive() {
        let book = Book()
        book.join(1)
        book.request(0, to: 1)
        book.queue(1)
        book.queue(2, priority: .bulk)
        book.answer(
            0, from: 1,
            [.forward(slot: 0, client: Book.client), book.dispatch(2, to: 1, name: 102, isBulk: true)])
        #expect(book.broken == .prioritiesKept)
    }

    /// Serves these slots one after the other through a worker of one place, which holds `first`.
    private func serve(_ slots: [Int32], after first: Int32, in book: borrowing Book) {
        var running = first
        for slot in slots {
            book.answer(
                running, from: 1,
                [.forward(slot: running, client: Book.client), book.dispatch(slot, to: 1, name: UInt64(slot) + 100)])
            running = slot
        }
    }

    @Test func aTenantThatGetsTooMuch() {
        let book = Book()
        book.join(1)
        book.request(0, to: 1)
        for slot in 1...12 as ClosedRange<Int32> { book.queue(slot, tenant: slot < 7 ? 1 : 2) }
        serve([1, 7, 2, 8, 3], after: 0, in: book)
        #expect(book.broken == nil)
        let other = Book()
        other.join(1)
        other.request(0, to: 1)
        for slot in 1...12 as ClosedRange<Int32> { other.queue(slot, tenant: slot < 7 ? 1 : 2) }
        serve([1, 2, 3, 4, 5], after: 0, in: other)
        #expect(other.broken == .tenantsShare)
    }

    @Test func aTenantsRequestsOutOfOrder() {
        let book = Book()
        book.join(1)
        book.request(0, to: 1)
        for slot in 1...2 as ClosedRange<Int32> { book.queue(slot, tenant: 1) }
        serve([2], after: 0, in: book)
        #expect(book.broken == .tenantsShare)
    }

    @Test func theWrongRoute() {
        let book = Book()
        book.join(1)
        var arrival = book.arrival(0)
        arrival.route = .modelNotFound
        book.tell(.request(arrival), call: book.newCall(), [.refuse(slot: 0, client: Book.client, .modelNotFound)])
        #expect(book.broken == .routeRight)
    }

    @Test func whatIsNeverLetGo() {
        let book = Book()
        book.join(1)
        book.request(0, to: 1)
        book.shadow.requireEmpty("broker", stats: nil)
        #expect(book.broken == .nothingLeaks)
    }

    /// The stats of a broker that has answered so many requests and has nothing left to do.
    private static func stats(answered: Int64) -> JSONValue {
        let count = JSONValue.integer(answered)
        let model: JSONValue = .object([
            "queued": 0, "queued_bytes": 0, "in_flight": 0, "accepted": count, "answered": count, "retried": 0,
            "dropped": 0, "failed": .object([:]),
        ])
        return .object([
            "queued": 0, "in_flight": 0, "dropped": .object(["answers": 0]), "disconnected": 0, "workers_lost": 0,
            "refused": .object([:]), "models": .array([model]), "workers": .array([]),
        ])
    }

    @Test func statsThatAreNotWhatHappened() {
        let book = Book()
        book.join(1)
        book.request(0, to: 1)
        book.answer(0, from: 1, [.forward(slot: 0, client: Book.client)])
        book.shadow.requireEmpty("broker", stats: Self.stats(answered: 2))
        #expect(book.broken == .statsRight)
    }
}
