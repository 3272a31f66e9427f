import Testing

@testable import SibylCore

@Suite struct ClientCoreTests {
    /// A client core and a clock that the test moves.
    private struct Harness: ~Copyable {
        var core: ClientCore
        var now = Instant(nanoseconds: 1_000_000_000)
        private var effects: [ClientEffect] = []

        init(endpoints: Int, _ change: (inout ClientLimits) -> Void = { _ in }) {
            var limits = ClientLimits()
            change(&limits)
            core = ClientCore(limits: limits, endpoints: endpoints, now: now)
        }

        mutating func tell(_ event: ClientEvent) -> [ClientEffect] {
            effects.removeAll()
            core.handle(event, at: now, into: &effects)
            return effects
        }

        mutating func pass(milliseconds: Int64) -> [ClientEffect] {
            now = now + .milliseconds(milliseconds)
            return tell(.tick)
        }
    }

    private static let second = Instant.Span.seconds(1)

    private func name(in effects: [ClientEffect]) -> UInt64? {
        for case .send(_, let call, _, _) in effects { return call }
        return nil
    }

    @Test func sendsToTheFirstEndpointThatIsConnected() {
        var client = Harness(endpoints: 3)
        _ = client.tell(.connected(endpoint: 2))
        #expect(
            client.tell(.call(timeout: Self.second)) == [
                .accept(slot: 0), .send(slot: 0, call: 1 << 32, endpoint: 2, timeLeft: Self.second),
            ])
        _ = client.tell(.connected(endpoint: 1))
        let effects = client.tell(.call(timeout: Self.second))
        #expect(effects.contains(.send(slot: 1, call: 1 << 32 | 1, endpoint: 1, timeLeft: Self.second)))
    }

    @Test func waitsWhileNobodyIsThereAndSendsInOrder() {
        var client = Harness(endpoints: 1)
        #expect(client.tell(.call(timeout: Self.second)) == [.accept(slot: 0)])
        #expect(client.tell(.call(timeout: Self.second)) == [.accept(slot: 1)])
        client.now = client.now + .milliseconds(400)
        let left = Instant.Span.milliseconds(600)
        #expect(
            client.tell(.connected(endpoint: 0)) == [
                .send(slot: 0, call: 1 << 32, endpoint: 0, timeLeft: left),
                .send(slot: 1, call: 1 << 32 | 1, endpoint: 0, timeLeft: left),
            ])
    }

    @Test func sendsAgainElsewhereWithTheTimeThatIsLeft() {
        var client = Harness(endpoints: 2)
        _ = client.tell(.connected(endpoint: 0))
        _ = client.tell(.connected(endpoint: 1))
        _ = client.tell(.call(timeout: Self.second))
        _ = client.tell(.call(timeout: Self.second))
        client.now = client.now + .milliseconds(300)
        let left = Instant.Span.milliseconds(700)
        #expect(
            client.tell(.disconnected(endpoint: 0)) == [
                .send(slot: 0, call: 1 << 32, endpoint: 1, timeLeft: left),
                .send(slot: 1, call: 1 << 32 | 1, endpoint: 1, timeLeft: left),
            ])
        // Whichever server answers first, the caller hears once.
        #expect(client.tell(.reply(call: 1 << 32)) == [.finish(slot: 0)])
        #expect(client.tell(.reply(call: 1 << 32)) == [.dropReply])
    }

    @Test func aSocketThatTakesNothingCountsAsGone() {
        var client = Harness(endpoints: 2)
        _ = client.tell(.connected(endpoint: 0))
        _ = client.tell(.connected(endpoint: 1))
        _ = client.tell(.call(timeout: Self.second))
        let effects = client.tell(.unsent(endpoint: 0))
        #expect(effects == [.send(slot: 0, call: 1 << 32, endpoint: 1, timeLeft: Self.second)])
    }

    @Test func aSocketThatTakesNothingYetIsTriedAgain() {
        var client = Harness(endpoints: 1)
        _ = client.tell(.connected(endpoint: 0))
        _ = client.tell(.call(timeout: Self.second))
        #expect(client.tell(.unsent(endpoint: 0)) == [])
        #expect(client.core.nextDeadline == client.now + .milliseconds(10))
        let left = Instant.Span.milliseconds(990)
        #expect(client.pass(milliseconds: 10) == [.send(slot: 0, call: 1 << 32, endpoint: 0, timeLeft: left)])
        // Once its end is told there is nothing to try.
        _ = client.tell(.unsent(endpoint: 0))
        #expect(client.tell(.disconnected(endpoint: 0)) == [])
        #expect(client.pass(milliseconds: 100) == [])
    }

    @Test func aCallThatIsTurnedAwayGoesToEachOfTheOthersOnce() {
        var client = Harness(endpoints: 4)
        for endpoint: Int32 in [0, 1, 3] { _ = client.tell(.connected(endpoint: endpoint)) }
        _ = client.tell(.call(timeout: Self.second))
        client.now = client.now + .milliseconds(100)
        let left = Instant.Span.milliseconds(900)
        for (from, to): (Int32, Int32) in [(0, 1), (1, 3)] {
            #expect(
                client.tell(.turnedAway(call: 1 << 32, endpoint: from))
                    == [.send(slot: 0, call: 1 << 32, endpoint: to, timeLeft: left)])
        }
        // The last one's word is the caller's.
        #expect(client.tell(.turnedAway(call: 1 << 32, endpoint: 3)) == [.finish(slot: 0)])
        #expect(client.tell(.turnedAway(call: 1 << 32, endpoint: 3)) == [.dropReply])
    }

    @Test func withOneServerTheCallerHearsThatItIsTurnedAway() {
        var client = Harness(endpoints: 2)
        _ = client.tell(.connected(endpoint: 1))
        _ = client.tell(.call(timeout: Self.second))
        #expect(client.tell(.turnedAway(call: 1 << 32, endpoint: 1)) == [.finish(slot: 0)])
    }

    @Test func onlyTheServerThatHasTheCallCanTurnItAway() {
        var client = Harness(endpoints: 2)
        _ = client.tell(.connected(endpoint: 0))
        _ = client.tell(.connected(endpoint: 1))
        _ = client.tell(.call(timeout: Self.second))
        _ = client.tell(.disconnected(endpoint: 0))
        _ = client.tell(.connected(endpoint: 0))
        #expect(client.tell(.turnedAway(call: 1 << 32, endpoint: 0)) == [.dropReply])
        #expect(client.tell(.reply(call: 1 << 32)) == [.finish(slot: 0)])
    }

    @Test func aNewConnectionMayTakeWhatWasTurnedAwayBefore() {
        var client = Harness(endpoints: 2)
        _ = client.tell(.connected(endpoint: 0))
        _ = client.tell(.connected(endpoint: 1))
        _ = client.tell(.call(timeout: Self.second))
        _ = client.tell(.turnedAway(call: 1 << 32, endpoint: 0))
        let again = ClientEffect.send(slot: 0, call: 1 << 32, endpoint: 0, timeLeft: Self.second)
        #expect(client.tell(.disconnected(endpoint: 1)) == [again])
        #expect(client.tell(.turnedAway(call: 1 << 32, endpoint: 0)) == [.finish(slot: 0)])
    }

    @Test func aCallWhoseTimeIsOverIsSentNowhere() {
        var client = Harness(endpoints: 2)
        _ = client.tell(.call(timeout: Self.second))
        client.now = client.now + Self.second
        #expect(client.tell(.connected(endpoint: 0)) == [.fail(slot: 0, .unreachable)])
        _ = client.tell(.connected(endpoint: 1))
        _ = client.tell(.call(timeout: Self.second))
        client.now = client.now + Self.second
        #expect(client.tell(.turnedAway(call: 2 << 32, endpoint: 0)) == [.finish(slot: 0)])
        #expect(client.core.nextDeadline == .distantFuture)
    }

    @Test func newCallsGoBackToThePreferredServerAndOldOnesStay() {
        var client = Harness(endpoints: 2)
        _ = client.tell(.connected(endpoint: 1))
        _ = client.tell(.call(timeout: Self.second))
        #expect(client.tell(.connected(endpoint: 0)) == [])
        let effects = client.tell(.call(timeout: Self.second))
        #expect(effects.last == .send(slot: 1, call: 1 << 32 | 1, endpoint: 0, timeLeft: Self.second))
        #expect(client.tell(.reply(call: 1 << 32)) == [.finish(slot: 0)])
    }

    @Test func cancellingACallThatWaitsTellsNobody() {
        var client = Harness(endpoints: 1)
        _ = client.tell(.call(timeout: Self.second))
        #expect(client.tell(.cancelled(slot: 0)) == [.fail(slot: 0, .cancelled)])
        #expect(client.tell(.connected(endpoint: 0)) == [])
        #expect(client.core.callCount == 0 && client.core.nextDeadline == .distantFuture)
    }

    @Test func tellsALateAnswerFromNobodyThere() {
        var client = Harness(endpoints: 1)
        _ = client.tell(.call(timeout: Self.second))
        #expect(client.pass(milliseconds: 999) == [])
        #expect(client.pass(milliseconds: 2) == [.fail(slot: 0, .unreachable)])
        _ = client.tell(.connected(endpoint: 0))
        _ = client.tell(.call(timeout: Self.second))
        #expect(client.pass(milliseconds: 1_001) == [.fail(slot: 0, .timedOut(endpoint: 0))])
        #expect(client.core.callCount == 0)
        #expect(client.core.nextDeadline == .distantFuture)
    }

    @Test func aServerThatWasNeverThereIsWaitedForLessLong() {
        var client = Harness(endpoints: 1) { $0.connectTimeout = .milliseconds(100) }
        _ = client.tell(.call(timeout: Self.second))
        #expect(client.pass(milliseconds: 101) == [.fail(slot: 0, .unreachable)])
        // One that was there may be starting again.
        _ = client.tell(.connected(endpoint: 0))
        _ = client.tell(.disconnected(endpoint: 0))
        _ = client.tell(.call(timeout: Self.second))
        #expect(client.pass(milliseconds: 101) == [])
        #expect(client.pass(milliseconds: 900) == [.fail(slot: 0, .unreachable)])
    }

    @Test func aCallThatWasSentInTimeKeepsItsWholeTimeout() {
        var client = Harness(endpoints: 1) { $0.connectTimeout = .milliseconds(100) }
        _ = client.tell(.call(timeout: Self.second))
        _ = client.tell(.connected(endpoint: 0))
        #expect(client.pass(milliseconds: 999) == [])
        #expect(client.pass(milliseconds: 2) == [.fail(slot: 0, .timedOut(endpoint: 0))])
    }

    @Test func cancellingTellsTheServer() {
        var client = Harness(endpoints: 1)
        _ = client.tell(.connected(endpoint: 0))
        _ = client.tell(.call(timeout: Self.second))
        #expect(
            client.tell(.cancelled(slot: 0)) == [
                .cancel(call: 1 << 32, endpoint: 0), .fail(slot: 0, .cancelled),
            ])
        #expect(client.tell(.cancelled(slot: 0)) == [])
        #expect(client.tell(.reply(call: 1 << 32)) == [.dropReply])
    }

    @Test func aReplyToAnEarlierCallOfTheSlotIsDropped() throws {
        var client = Harness(endpoints: 1)
        _ = client.tell(.connected(endpoint: 0))
        let first = try #require(name(in: client.tell(.call(timeout: Self.second))))
        _ = client.pass(milliseconds: 1_001)
        let second = try #require(name(in: client.tell(.call(timeout: Self.second))))
        #expect(first != second)
        #expect(client.tell(.reply(call: first)) == [.dropReply])
        #expect(client.tell(.reply(call: second)) == [.finish(slot: 0)])
        #expect(client.tell(.reply(call: .max)) == [.dropReply])
    }

    @Test func theNumberOfCallsIsBounded() {
        var client = Harness(endpoints: 1) { $0.calls = 2 }
        _ = client.tell(.call(timeout: Self.second))
        _ = client.tell(.call(timeout: Self.second))
        #expect(client.tell(.call(timeout: Self.second)) == [.refuse])
        _ = client.tell(.cancelled(slot: 0))
        #expect(client.tell(.call(timeout: Self.second)) == [.accept(slot: 0)])
    }

    @Test func closingFailsEveryCall() {
        var client = Harness(endpoints: 1)
        _ = client.tell(.connected(endpoint: 0))
        for _ in 0..<3 { _ = client.tell(.call(timeout: Self.second)) }
        let failed = client.tell(.close).filter { if case .fail(_, .closed) = $0 { true } else { false } }
        #expect(failed.count == 3)
        #expect(client.core.callCount == 0)
    }

    /// Random histories: each call ends once, and nothing is left.
    @Test(arguments: 0..<50)
    func everyCallEndsExactlyOnce(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        var client = Harness(endpoints: 3)
        var open: Set<Int32> = []
        var names: [UInt64] = []
        var accepted = 0
        var ended = 0
        for _ in 0..<2_000 {
            client.now = client.now + .milliseconds(Int64(random.next() % 20))
            let endpoint = Int32(random.next() % 3)
            let event: ClientEvent =
                switch random.next() % 9 {
                case 0, 1, 2: .call(timeout: .milliseconds(Int64(1 + random.next() % 500)))
                case 3: .reply(call: names.isEmpty ? 0 : names[Int(random.next() % UInt64(names.count))])
                case 4: .connected(endpoint: endpoint)
                case 5: .disconnected(endpoint: endpoint)
                case 6: .cancelled(slot: Int32(random.next() % 20))
                case 7:
                    .turnedAway(
                        call: names.isEmpty ? 0 : names[Int(random.next() % UInt64(names.count))], endpoint: endpoint)
                default: .tick
                }
            for effect in client.tell(event) + client.tell(.tick) {
                switch effect {
                case .accept(let slot):
                    #expect(open.insert(slot).inserted, "a slot was given twice")
                    accepted += 1
                case .send(let slot, let call, _, let left):
                    #expect(open.contains(slot))
                    #expect(left > .zero)
                    names.append(call)
                case .finish(let slot), .fail(let slot, _):
                    #expect(open.remove(slot) != nil, "a call ended twice")
                    ended += 1
                case .cancel, .dropReply, .refuse: break
                }
            }
        }
        for effect in client.tell(.close) {
            if case .fail(let slot, .closed) = effect, open.remove(slot) != nil { ended += 1 }
        }
        #expect(accepted == ended && open.isEmpty && accepted > 100)
    }
}
