import SibylCore
import Testing

@testable import sibyl

@Suite struct SupervisionTests {
    private func at(_ milliseconds: Int64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }

    private func serving(_ workers: Int) -> Supervision {
        var supervision = Supervision(.init(workers: workers))
        _ = supervision.begin(at: at(0))
        _ = supervision.workerIsReady(0, at: at(0))
        return supervision
    }

    @Test func oneWorkerStartsAndTheOthersFollowOnceItIsReady() {
        var supervision = Supervision(.init(workers: 3))
        #expect(supervision.begin(at: at(0)) == [.start(worker: 0)])
        #expect(supervision.nextDeadline == nil)
        #expect(supervision.workerIsReady(0, at: at(20)) == [.start(worker: 1), .start(worker: 2)])
        #expect(supervision.workerIsReady(0, at: at(30)) == [])
    }

    @Test func aWorkerThatEndsIsRestartedAfterAPauseThatDoubles() {
        var supervision = serving(2)
        var now: Int64 = 1000
        for pause: Int64 in [100, 200, 400, 800] {
            #expect(
                supervision.workerEnded(1, .signalled(9), at: at(now))
                    == [.willRestart(worker: 1, after: .milliseconds(pause), .signalled(9))])
            #expect(supervision.nextDeadline == at(now + pause))
            #expect(supervision.tick(at: at(now + pause - 1)) == [])
            now += pause
            #expect(supervision.tick(at: at(now)) == [.start(worker: 1)])
            #expect(supervision.nextDeadline == nil)
        }
    }

    @Test func thePauseHasABound() {
        var supervision = serving(1)
        var now: Int64 = 0
        var longest = Instant.Span.zero
        for _ in 0..<100 {
            guard case .willRestart(_, let pause, _) = supervision.workerEnded(0, .exited(1), at: at(now)).first else {
                Issue.record("no restart")
                return
            }
            longest = max(longest, pause)
            now += pause.milliseconds
            #expect(supervision.tick(at: at(now)) == [.start(worker: 0)])
        }
        #expect(longest == .seconds(10))
    }

    @Test func aHealthyRunForgivesWhatWasBefore() {
        var supervision = serving(1)
        _ = supervision.workerEnded(0, .exited(1), at: at(10))
        _ = supervision.tick(at: at(110))
        _ = supervision.workerEnded(0, .exited(1), at: at(120))
        _ = supervision.tick(at: at(320))
        #expect(
            supervision.workerEnded(0, .exited(1), at: at(10_320))
                == [.willRestart(worker: 0, after: .milliseconds(100), .exited(1))])
    }

    @Test func aConfigurationFaultAtTheStartEndsAll() {
        var supervision = Supervision(.init(workers: 4))
        _ = supervision.begin(at: at(0))
        #expect(supervision.workerEnded(0, .exited(9), at: at(5)) == [.giveUp(.exited(9))])
        #expect(supervision.tick(at: at(100_000)) == [])
        #expect(supervision.stop(at: at(100_000)) == [])
    }

    @Test func aConfigurationFaultWhileOthersServeIsTriedAgain() {
        var supervision = serving(2)
        #expect(
            supervision.workerEnded(1, .exited(9), at: at(5))
                == [.willRestart(worker: 1, after: .milliseconds(100), .exited(9))])
    }

    @Test func aWorkerThatNeverGetsReadyIsGivenUpInTheEnd() {
        var supervision = Supervision(.init(workers: 2, attempts: 3))
        _ = supervision.begin(at: at(0))
        for _ in 0..<2 {
            #expect(supervision.workerEnded(0, .signalled(11), at: at(0)).count == 1)
            #expect(supervision.tick(at: at(100_000)) == [.start(worker: 0)])
        }
        #expect(supervision.workerEnded(0, .signalled(11), at: at(100_001)) == [.giveUp(.signalled(11))])
    }

    @Test func aWorkerThatLoadsForLongAndFallsIsGivenUpToo() {
        var supervision = Supervision(.init(workers: 1, attempts: 2))
        _ = supervision.begin(at: at(0))
        #expect(supervision.workerEnded(0, .signalled(9), at: at(20_000)).count == 1)
        #expect(supervision.tick(at: at(30_000)) == [.start(worker: 0)])
        #expect(supervision.workerEnded(0, .signalled(9), at: at(60_000)) == [.giveUp(.signalled(9))])
    }

    @Test func stoppingTerminatesAllAndWaitsForThem() {
        var supervision = serving(3)
        _ = supervision.workerEnded(2, .exited(1), at: at(10))
        #expect(supervision.stop(at: at(20)) == [.terminate(worker: 0), .terminate(worker: 1)])
        #expect(supervision.tick(at: at(200)) == [])
        #expect(supervision.workerEnded(1, .exited(0), at: at(300)) == [])
        #expect(supervision.workerEnded(0, .exited(0), at: at(400)) == [.stopped])
        #expect(supervision.workerEnded(0, .exited(0), at: at(400)) == [])
        #expect(supervision.stop(at: at(500)) == [])
    }

    @Test func stoppingWithNobodyRunningIsOverAtOnce() {
        var supervision = serving(1)
        _ = supervision.workerEnded(0, .exited(1), at: at(10))
        #expect(supervision.stop(at: at(20)) == [.stopped])
    }

    @Test func whoDoesNotStopIsKilled() {
        var supervision = serving(2)
        _ = supervision.stop(at: at(0))
        _ = supervision.workerEnded(0, .exited(0), at: at(10))
        #expect(supervision.nextDeadline == at(15_000))
        #expect(supervision.tick(at: at(15_000)) == [.kill(worker: 1)])
        #expect(supervision.workerEnded(1, .signalled(9), at: at(15_001)) == [.stopped])
    }
}
