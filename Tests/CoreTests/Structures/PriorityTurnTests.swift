import SibylProtocol
import Testing

@testable import SibylCore

@Suite struct PriorityTurnTests {
    @Test func bulkGetsOneItemInNine() {
        var turn = PriorityTurn()
        var served: [Priority] = []
        for _ in 0..<18 {
            served.append(turn.next)
            turn.served(turn.next, cost: 1)
        }
        let round = [Priority](repeating: .interactive, count: 8) + [.bulk]
        #expect(served == round + round)
    }

    @Test func aBulkBatchIsPaidForInInteractiveItems() {
        var turn = PriorityTurn()
        turn.served(.interactive, cost: 8)
        #expect(turn.next == .bulk)
        turn.served(.bulk, cost: 10)
        turn.served(.interactive, cost: 79)
        #expect(turn.next == .interactive)
        turn.served(.interactive, cost: 1)
        #expect(turn.next == .bulk)
    }

    @Test func aLongInteractiveBatchDoesNotEarnBulkALongRun() {
        var turn = PriorityTurn()
        turn.served(.interactive, cost: 1_000_000)
        var run = 0
        while turn.next == .bulk {
            turn.served(.bulk, cost: 1)
            run += 1
        }
        #expect(run == 64)
    }

    @Test func debtsEndWithTheContention() {
        var turn = PriorityTurn()
        turn.served(.bulk, cost: 1_000)
        turn.reset()
        turn.served(.interactive, cost: 8)
        #expect(turn.next == .bulk)
    }
}
