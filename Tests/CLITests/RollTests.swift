import SibylCore
import Testing

@testable import sibyl

/// Replacing workers one by one, as transcripts.
@Suite struct RollTests {
    private func at(_ milliseconds: Int64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }

    /// Two workers that serve, in slots 0 and 1; slot 2 is spare.
    private func serving() -> Supervision {
        var supervision = Supervision(.init(workers: 2, attempts: 3))
        _ = supervision.begin(at: at(0))
        _ = supervision.workerIsReady(0, at: at(0))
        return supervision
    }

    private func rolling() -> Supervision {
        var supervision = serving()
        _ = supervision.replaceWorkers(at: at(0))
        return supervision
    }

    @Test func eachSuccessorIsReadyBeforeAWorkerLeaves() {
        var supervision = serving()
        #expect(supervision.replaceWorkers(at: at(0)) == [.note(.began(workers: 2)), .start(worker: 2)])
        // The others' joining again is none of its business.
        #expect(supervision.workerIsReady(1, at: at(10)) == [])
        #expect(
            supervision.workerIsReady(2, at: at(20)) == [
                .note(.handingOver(from: 0, to: 2)), .terminate(worker: 0),
            ])
        #expect(supervision.workerEnded(0, .exited(0), at: at(30)) == [.start(worker: 0)])
        #expect(
            supervision.workerIsReady(0, at: at(40)) == [
                .note(.handingOver(from: 1, to: 0)), .terminate(worker: 1),
            ])
        #expect(supervision.workerEnded(1, .exited(0), at: at(50)) == [.note(.finished)])
        #expect(supervision.nextDeadline == nil)
        #expect(supervision.replaceWorkers(at: at(60)) == [.note(.began(workers: 2)), .start(worker: 1)])
    }

    @Test func aSuccessorThatEndsIsTriedAgainAndGivenUpInTheEnd() {
        var supervision = rolling()
        var now: Int64 = 1_000
        for pause: Int64 in [100, 200] {
            #expect(
                supervision.workerEnded(2, .signalled(11), at: at(now))
                    == [.willRestart(worker: 2, after: .milliseconds(pause), .signalled(11))])
            #expect(supervision.nextDeadline == at(now + pause))
            now += pause
            #expect(supervision.tick(at: at(now)) == [.start(worker: 2)])
        }
        #expect(
            supervision.workerEnded(2, .signalled(11), at: at(now))
                == [.note(.givenUp(.signalled(11), attempts: 3))])
        #expect(supervision.nextDeadline == nil)
        // The workers that were there are cared for as before.
        #expect(
            supervision.workerEnded(1, .signalled(9), at: at(now))
                == [.willRestart(worker: 1, after: .milliseconds(100), .signalled(9))])
    }

    @Test func aLongTimeOfLoadingForgivesASuccessorNothing() {
        var supervision = rolling()
        for turn: Int64 in 1...2 {
            #expect(supervision.workerEnded(2, .exited(1), at: at(turn * 100_000)).count == 1)
            _ = supervision.tick(at: at(turn * 100_000 + 10_000))
        }
        #expect(
            supervision.workerEnded(2, .exited(1), at: at(300_000)) == [.note(.givenUp(.exited(1), attempts: 3))])
    }

    @Test func aFaultOfTheConfigurationIsNotTriedAgain() {
        var supervision = rolling()
        #expect(
            supervision.workerEnded(2, .exited(9), at: at(10)) == [.note(.givenUp(.exited(9), attempts: 1))])
        // The file is mended, and the next try goes well.
        #expect(supervision.replaceWorkers(at: at(20)) == [.note(.began(workers: 2)), .start(worker: 2)])
        #expect(supervision.workerIsReady(2, at: at(30)).count == 2)
    }

    @Test func aSuccessorThatNeverGetsReadyIsKilled() {
        var supervision = rolling()
        #expect(supervision.nextDeadline == at(600_000))
        #expect(supervision.tick(at: at(599_999)) == [])
        #expect(
            supervision.tick(at: at(600_000)) == [.kill(worker: 2), .note(.tooSlow(.seconds(600)))])
        // While it still goes, no slot is spare.
        #expect(supervision.replaceWorkers(at: at(600_001)) == [])
        #expect(
            supervision.workerEnded(2, .signalled(9), at: at(600_002))
                == [.note(.began(workers: 2)), .start(worker: 2)])
    }

    @Test func aWorkerThatEndsBeforeItsTurnIsOverNeedNotComeBack() {
        var supervision = rolling()
        #expect(
            supervision.workerEnded(0, .signalled(9), at: at(10))
                == [.willRestart(worker: 0, after: .milliseconds(100), .signalled(9))])
        #expect(supervision.workerIsReady(2, at: at(20)) == [.start(worker: 0)])
        #expect(supervision.tick(at: at(1_000)) == [])
    }

    @Test func aWorkerThatCameBackBeforeItsTurnIsReplacedAsOthers() {
        var supervision = rolling()
        _ = supervision.workerEnded(0, .signalled(9), at: at(10))
        #expect(supervision.tick(at: at(110)) == [.start(worker: 0)])
        #expect(
            supervision.workerIsReady(2, at: at(120)) == [
                .note(.handingOver(from: 0, to: 2)), .terminate(worker: 0),
            ])
    }

    @Test func aSuccessorThatEndsAfterItWasReadyIsAWorkerAsOthers() {
        var supervision = rolling()
        _ = supervision.workerIsReady(2, at: at(10))
        #expect(
            supervision.workerEnded(2, .signalled(9), at: at(20))
                == [.willRestart(worker: 2, after: .milliseconds(100), .signalled(9))])
        #expect(supervision.workerEnded(0, .exited(0), at: at(30)) == [.start(worker: 0)])
        #expect(supervision.tick(at: at(120)) == [.start(worker: 2)])
        #expect(supervision.workerIsReady(2, at: at(130)) == [])
        #expect(supervision.workerIsReady(0, at: at(140)).last == .terminate(worker: 1))
    }

    @Test func askingAgainMeanwhileReplacesThemOnceMore() {
        var supervision = rolling()
        for _ in 0..<10 { #expect(supervision.replaceWorkers(at: at(5)) == [.note(.postponed)]) }
        _ = supervision.workerIsReady(2, at: at(10))
        _ = supervision.workerEnded(0, .exited(0), at: at(20))
        _ = supervision.workerIsReady(0, at: at(30))
        #expect(
            supervision.workerEnded(1, .exited(0), at: at(40)) == [
                .note(.finished), .note(.began(workers: 2)), .start(worker: 1),
            ])
        _ = supervision.workerIsReady(1, at: at(50))
        #expect(supervision.workerEnded(0, .exited(0), at: at(60)) == [.start(worker: 0)])
        _ = supervision.workerIsReady(0, at: at(70))
        #expect(supervision.workerEnded(2, .exited(0), at: at(80)) == [.note(.finished)])
    }

    @Test func askingBeforeAnyIsReadyWaitsForThat() {
        var supervision = Supervision(.init(workers: 2))
        _ = supervision.begin(at: at(0))
        #expect(supervision.replaceWorkers(at: at(1)) == [])
        #expect(
            supervision.workerIsReady(0, at: at(10)) == [
                .start(worker: 1), .note(.began(workers: 2)), .start(worker: 2),
            ])
    }

    @Test func aWorkerThatDoesNotLeaveIsKilledAndTheNextHasItsTurn() {
        var supervision = rolling()
        _ = supervision.workerIsReady(2, at: at(1_000))
        #expect(supervision.nextDeadline == at(16_000))
        #expect(supervision.tick(at: at(16_000)) == [.kill(worker: 0)])
        #expect(supervision.workerEnded(0, .signalled(9), at: at(16_001)) == [.start(worker: 0)])
    }

    @Test func closingEndsTheRollAndStoppingAsksNobodyTwice() {
        var supervision = rolling()
        _ = supervision.workerIsReady(2, at: at(10))
        supervision.close()
        #expect(supervision.replaceWorkers(at: at(20)) == [])
        // Until the broker is done, who falls is restarted.
        #expect(supervision.workerEnded(1, .signalled(9), at: at(30)).count == 1)
        #expect(supervision.tick(at: at(130)) == [.start(worker: 1)])
        #expect(supervision.stop(at: at(200)) == [.terminate(worker: 1), .terminate(worker: 2)])
        #expect(supervision.workerEnded(1, .exited(0), at: at(210)) == [])
        #expect(supervision.workerEnded(0, .exited(0), at: at(220)) == [])
        #expect(supervision.workerEnded(2, .exited(0), at: at(230)) == [.stopped])
    }

    @Test func closingBeforeTheSuccessorIsReadyLeavesAllWhereTheyAre() {
        var supervision = rolling()
        supervision.close()
        #expect(supervision.workerIsReady(2, at: at(10)) == [])
        #expect(supervision.nextDeadline == nil)
        #expect(
            supervision.stop(at: at(20)) == [.terminate(worker: 0), .terminate(worker: 1), .terminate(worker: 2)])
    }

    /// Random histories in which processes load, fall and leave as they like: no worker is asked to leave while fewer than
    /// all would serve without it, no slot has two processes, and a stop ends all.
    @Test(arguments: 0..<100)
    func servingNeverSuffersFromARoll(seed: UInt64) {
        var history = RollHistory(seed: seed)
        for _ in 0..<500 { history.step() }
        #expect(history.rollsFinished > 0)
        history.stop()
        #expect(history.isOver && history.faults.isEmpty, "\(history.faults)")
    }
}

/// A supervision and processes that behave at random.
private struct RollHistory {
    private static let workers = 3

    private enum Process { case loading, ready, leaving }

    private var supervision = Supervision(.init(workers: workers))
    private var processes: [Int: Process] = [:]
    private var now = Instant(nanoseconds: 0)
    private var state: UInt64
    private(set) var faults: [String] = []
    private(set) var rollsFinished = 0
    private(set) var isOver = false

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        run(supervision.begin(at: now))
    }

    private mutating func draw(_ count: UInt64) -> UInt64 {
        // xorshift64
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state % count
    }

    mutating func step() {
        now = now + .milliseconds(Int64(draw(200)))
        if let deadline = supervision.nextDeadline, deadline <= now { run(supervision.tick(at: now)) }
        if draw(20) == 0 { run(supervision.replaceWorkers(at: now)) }
        let running = processes.keys.sorted()
        guard !running.isEmpty else { return }
        let worker = running[Int(draw(UInt64(running.count)))]
        switch processes[worker] {
        case .loading where draw(8) > 0:
            processes[worker] = .ready
            run(supervision.workerIsReady(worker, at: now))
        case .ready where draw(50) > 0, nil: return
        case .leaving: end(worker, .exited(0))
        case .loading, .ready: end(worker, .signalled(9))
        }
    }

    mutating func stop() {
        supervision.close()
        run(supervision.stop(at: now))
        for worker in processes.keys.sorted() { end(worker, .exited(0)) }
    }

    private mutating func end(_ worker: Int, _ ending: Supervision.Ending) {
        processes[worker] = nil
        run(supervision.workerEnded(worker, ending, at: now))
    }

    private mutating func run(_ effects: [Supervision.Effect]) {
        for effect in effects {
            switch effect {
            case .start(let worker):
                if processes.updateValue(.loading, forKey: worker) != nil { faults.append("two in slot \(worker)") }
                if processes.count > Self.workers + 1 { faults.append("\(processes.count) processes") }
            case .terminate(let worker):
                if processes[worker] == .leaving { faults.append("\(worker) was asked to leave twice") }
                processes[worker] = .leaving
            case .note(.handingOver(let old, let new)):
                if processes[new] != .ready || old == new { faults.append("\(new) was not ready") }
            case .note(.finished): rollsFinished += 1
            case .stopped: isOver = processes.isEmpty
            case .giveUp, .kill, .willRestart, .note: continue
            }
        }
    }
}
