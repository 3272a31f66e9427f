import SibylProtocol
import Testing

@Suite("Messages between broker and worker")
struct WorkerMessageTests {
    private func pong(of bytes: [UInt8]) -> WorkerMessage.Pong? {
        bytes.withUnsafeBytes { WorkerMessage.Pong(reading: $0) }
    }

    @Test func flagsOfADispatchAreItsDocumentedBits() {
        #expect(WorkerMessage.Flags(isTwoFrames: true, isBatch: false) == .twoFrames)
        #expect(WorkerMessage.Flags(isTwoFrames: false, isBatch: true, isBulk: true).rawValue == 2 + 8)
        let bulk = WorkerMessage.Flags(isTwoFrames: false, isBatch: false, isBulk: true)
        #expect(bulk == .bulk && bulk.isBulk && !bulk.isBatch && !bulk.isTwoFrames)
    }

    @Test func aPongTellsTheWorkersMemory() {
        let bytes = WorkerMessage.Pong(residentBytes: 104_857_600).bytes
        #expect(bytes == [0x4F, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x06, 0, 0, 0, 0])
        #expect(pong(of: bytes) == WorkerMessage.Pong(residentBytes: 104_857_600))
    }

    @Test func theShortPongOfOtherWorkersIsOneToo() {
        #expect(WorkerMessage.Pong().bytes == WorkerMessage.bytes(.pong))
        #expect(pong(of: [0x4F, 1, 0, 0]) == WorkerMessage.Pong())
        // Cut off in the middle: what is whole counts.
        #expect(pong(of: [0x4F, 1, 0, 0, 0, 0, 0, 0, 1]) == WorkerMessage.Pong())
        #expect(pong(of: [0x4F, 1, 0]) == nil)
    }
}
