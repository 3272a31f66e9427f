import SibylProtocol
import Testing

@Suite struct MessageBundleTests {
    private func bundle(_ messages: [[UInt8]]) -> [UInt8] {
        var bundle = MessageBundle()
        for message in messages { bundle.append(byteCount: message.count) { $0.copyBytes(from: message) } }
        return Array(bundle.frame)
    }

    private func read(_ frame: [UInt8]) -> (messages: [[UInt8]], isBroken: Bool) {
        frame.withUnsafeBytes { bytes in
            var reader = BundleReader(bytes)
            var messages: [[UInt8]] = []
            while let message = reader.next() { messages.append(Array(message)) }
            return (messages, reader.isBroken)
        }
    }

    /// The example of the page.
    @Test func theLayoutIsThatOfThePage() {
        let frame = bundle([WorkerMessage.bytes(.ping), WorkerMessage.bytes(.introduce)])
        #expect(frame == [0x42, 1, 0, 0, 4, 0, 0, 0, 0x50, 1, 0, 0, 4, 0, 0, 0, 0x49, 1, 0, 0])
    }

    @Test func oneMessageIsItself() {
        #expect(bundle([[1, 2, 3]]) == [1, 2, 3])
        #expect(read([1, 2, 3]) == ([[1, 2, 3]], false))
    }

    @Test(arguments: [[], [0], [5, 0, 300], [1_000, 2_000, 40_000]])
    func messagesComeBackInOrder(_ lengths: [Int]) {
        let messages = lengths.enumerated().map { [UInt8](repeating: UInt8($0), count: $1) }
        let frame = bundle(messages)
        if messages.count != 1 { #expect(read(frame) == (messages, false)) }
    }

    @Test func aBundleThatEndsWithinAMessageGivesThoseThatAreWhole() {
        let frame = bundle([[1, 2], [3, 4]])
        for length in 4..<frame.count {
            let (messages, isBroken) = read(Array(frame.prefix(length)))
            #expect(messages == (length >= 10 ? [[1, 2]] : []))
            #expect(isBroken == (length != 4 && length != 10))
        }
        #expect(read([0x42, 1, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 1]) == ([], true))
    }

    @Test func aBundleOfTooManyIsReadAsFarAsAWorkerCanOweAnswers() {
        let frame: [UInt8] = [0x42, 1, 0, 0] + [UInt8](repeating: 0, count: 4 * (BundleReader.most + 1))
        let (messages, isBroken) = read(frame)
        #expect(messages.count == BundleReader.most && isBroken)
        #expect(!read(frame.dropLast(4)).isBroken)
    }

    @Test func nothingIsNoMessage() {
        #expect(read([]) == ([], true))
    }

    @Test func aFullBundleHasNoRoomAndAnEmptyOneAlways() {
        var bundle = MessageBundle()
        let isOpen = bundle.hasRoom(for: 10_000_000)
        while bundle.hasRoom(for: 1_000) {
            bundle.append(byteCount: 1_000) { $0.initializeMemory(as: UInt8.self, repeating: 0) }
        }
        let (size, count) = (bundle.frame.count, bundle.count)
        bundle.removeAll()
        let hasRoom = bundle.hasRoom(for: 1_000)
        #expect(isOpen && hasRoom && size <= MessageBundle.largest && count == 65)
    }
}
