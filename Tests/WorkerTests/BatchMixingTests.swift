import SibylInference
import SibylProtocol
import Testing

/// Single requests and items of batches in one call of the model.
@Suite struct BatchMixingTests {
    private static let envelope = #"{"op":"predict","model":"echo","id":"x"}"#

    /// A worker that takes all that waits, and is held by request 1.
    private func heldFixture() throws -> WorkerFixture {
        var batching = BatchingDescription()
        batching.delayMicroseconds = 1
        let fixture = try WorkerFixture(batching: batching)
        fixture.dispatch(1, Self.envelope, fixture.held)
        fixture.waitAtGate()
        return fixture
    }

    private func answers(_ count: Int, of fixture: WorkerFixture) throws -> [UInt64: WorkerFixture.Answered] {
        try fixture.settle()
        fixture.openGate()
        let answers = try (0..<count).map { _ in try fixture.answer() }
        return Dictionary(answers.map { ($0.header.request, $0) }) { $1 }
    }

    @Test func aBatchAndSingleRequestsAreComputedTogether() throws {
        let fixture = try heldFixture()
        fixture.dispatch(2, Self.envelope, "[2, 3, 4]", isBatch: true)
        fixture.dispatch(5, Self.envelope, "5")
        fixture.dispatch(6, Self.envelope, "6")
        let answers = try answers(4, of: fixture)
        #expect(answers[2]?.payload == "[2,3,4]" && answers[2]?.header.items == 3)
        #expect(answers[5]?.payload == "5" && answers[5]?.header.items == 5)
        #expect(answers[6]?.payload == "6" && answers[6]?.header.items == 5)
    }

    @Test func whatIsBadFailsAlone() throws {
        let fixture = try heldFixture()
        fixture.dispatch(2, Self.envelope, #"[2, {"fail": 1}, 4]"#, isBatch: true)
        fixture.dispatch(5, Self.envelope, #"{"fail": 1}"#)
        fixture.dispatch(6, Self.envelope, "6")
        let answers = try answers(4, of: fixture)
        #expect(answers[2]?.payload == "[2,null,4]" && answers[2]?.header.failure == nil)
        #expect(answers[2]?.envelope.contains(#""index":1"#) == true)
        #expect(answers[5]?.header.failure == .predictionFailed)
        #expect(answers[6]?.payload == "6" && answers[6]?.header.items == 5)
    }

    @Test func aBatchOfNothingIsAnsweredAlone() throws {
        let fixture = try heldFixture()
        fixture.dispatch(2, Self.envelope, " [ ] ", isBatch: true)
        fixture.dispatch(3, Self.envelope, "{}", isBatch: true)
        fixture.dispatch(6, Self.envelope, "6")
        let answers = try answers(4, of: fixture)
        #expect(answers[2]?.payload == "[]" && answers[2]?.header.failure == nil)
        #expect(answers[3]?.header.failure == .invalidInput)
        #expect(answers[6]?.payload == "6" && answers[6]?.header.items == 1)
    }

    @Test func aModelOfOneInstanceNeverRunsTwiceAtOnce() throws {
        var batching = BatchingDescription()
        batching.instances = 1
        let fixture = try WorkerFixture(threads: 2, batching: batching)
        fixture.dispatch(1, Self.envelope, fixture.held)
        fixture.waitAtGate()
        fixture.dispatch(2, Self.envelope, "2")
        try fixture.settle()
        try fixture.settle()
        fixture.openGate()
        #expect(try fixture.answer().header.request == 1)
        #expect(try fixture.answer().header.request == 2)
    }

    /// Were nobody to wake up by the clock, no answer would come.
    @Test func whatWaitsForOthersIsComputedInTheEnd() throws {
        var batching = BatchingDescription()
        batching.delayMicroseconds = 2_000
        let fixture = try WorkerFixture(threads: 2, batching: batching)
        fixture.dispatch(1, Self.envelope, "1")
        #expect(try fixture.answer().payload == "1")
    }
}
