import SibylProtocol
import Testing

/// The bytes of each message between worker and broker, written down from docs/protocol.md.
@Suite struct WorkerMessageLayoutTests {
    private func read<Message>(_ bytes: [UInt8], _ read: (UnsafeRawBufferPointer) -> Message) -> Message {
        bytes.withUnsafeBytes(read)
    }

    private func written(_ count: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) -> [UInt8] {
        // Not zero, so that what must be zero has to be written.
        var bytes = [UInt8](repeating: 0xee, count: count)
        bytes.withUnsafeMutableBytes(write)
        return bytes
    }

    /// Every frame that is too short is none.
    private func expectNoneBelow<Message>(
        _ count: Int, of bytes: [UInt8], _ read: (UnsafeRawBufferPointer) -> Message?
    ) {
        for short in 0..<count {
            #expect(Array(bytes.prefix(short)).withUnsafeBytes { read($0) == nil }, "\(short) bytes")
        }
    }

    // MARK: - Kinds

    static let kinds: [(letter: Character, kind: WorkerMessage.Kind)] = [
        ("H", .hello), ("W", .welcome), ("D", .dispatch), ("A", .answer), ("C", .cancel), ("N", .refusal),
        ("P", .ping), ("O", .pong), ("I", .introduce), ("Q", .draining), ("G", .goodbye), ("B", .bundle),
        ("M", .models), ("R", .wish),
    ]

    @Test(arguments: kinds)
    func aKindIsALetterAndItsVersionIsOne(_ letter: Character, _ kind: WorkerMessage.Kind) throws {
        let byte = try #require(letter.asciiValue)
        #expect(read([byte, 1, 0, 0], WorkerMessage.kind) == kind)
        #expect(read([byte, 1, 0xff, 0xff, 9, 9], WorkerMessage.kind) == kind)
        #expect(read([byte, 0, 0, 0], WorkerMessage.kind) == nil)
        #expect(read([byte, 2, 0, 0], WorkerMessage.kind) == nil)
        #expect(read([byte, 1, 0], WorkerMessage.kind) == nil)
    }

    @Test func noOtherLetterIsOne() {
        let letters = Set(Self.kinds.compactMap(\.letter.asciiValue))
        for byte in UInt8.min...UInt8.max where !letters.contains(byte) {
            #expect(read([byte, 1, 0, 0], WorkerMessage.kind) == nil)
        }
        #expect(read([], WorkerMessage.kind) == nil)
    }

    // MARK: - Messages of four bytes

    @Test(arguments: [
        (WorkerMessage.Kind.ping, 0x50 as UInt8), (.pong, 0x4f), (.introduce, 0x49), (.draining, 0x51),
        (.goodbye, 0x47),
    ])
    func fourBytesAreEnoughForAWord(_ kind: WorkerMessage.Kind, _ letter: UInt8) {
        #expect(WorkerMessage.bytes(kind) == [letter, 1, 0, 0])
    }

    // MARK: - Hello and welcome

    /// Capacity 16, process 4711.
    @Test func aHello() {
        let header: [UInt8] = [0x48, 1, 0, 0, 16, 0, 0, 0, 0x67, 0x12, 0, 0, 0, 0, 0, 0]
        let hello = WorkerMessage.Hello(capacity: 16, process: 4711)
        #expect(hello.bytes(followedBy: Array("{}".utf8)) == header + [0x7b, 0x7d])
        #expect(read(header, WorkerMessage.Hello.init) == hello)
        // What is marked as zero is not read.
        #expect(read(header.dropLast(4) + [9, 9, 9, 9], WorkerMessage.Hello.init) == hello)
        expectNoneBelow(16, of: header, WorkerMessage.Hello.init)
    }

    /// The example of the page: 500 ms, 2000 ms.
    @Test func aWelcome() {
        let bytes: [UInt8] = [0x57, 1, 0, 0, 0xf4, 1, 0, 0, 0xd0, 7, 0, 0, 0, 0, 0, 0]
        let welcome = WorkerMessage.Welcome(heartbeatInterval: 500, livenessTimeout: 2000)
        #expect(welcome.bytes == bytes)
        #expect(read(bytes, WorkerMessage.Welcome.init) == welcome)
        expectNoneBelow(16, of: bytes, WorkerMessage.Welcome.init)
    }

    // MARK: - Dispatch

    /// The example of the page: the first try in the one-frame shape with 2.5 s left.
    @Test func aDispatch() {
        let bytes: [UInt8] = [
            0x44, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xa6, 0xea, 0x62, 0x45, 0xa0, 0x25, 0x26, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            1, 0, 0, 0,
        ]
        let dispatch = WorkerMessage.Dispatch(
            request: 0x4562_eaa6_0000_0000, model: 0, timeLeft: 2_500_000, queued: 0, attempt: 1, flags: [])
        #expect(written(32, dispatch.write) == bytes)
        #expect(read(bytes, WorkerMessage.Dispatch.init) == dispatch)
        expectNoneBelow(32, of: bytes, WorkerMessage.Dispatch.init)
    }

    /// Each number at its place, its lowest byte first, and the client's envelope behind them.
    @Test func eachNumberOfADispatchHasItsPlace() {
        let bytes: [UInt8] = [0x44, 1, 0x0b, 0] + (4..<32) + Array("{}".utf8)
        let dispatch = WorkerMessage.Dispatch(
            request: 0x0f0e_0d0c_0b0a_0908, model: 0x1b1a_1918, timeLeft: 0x1716_1514_1312_1110, queued: 0x0706_0504,
            attempt: 0x1d1c, envelopeBytes: 0x1f1e, flags: [.twoFrames, .batch, .bulk])
        #expect(read(bytes, WorkerMessage.Dispatch.init) == dispatch)
        #expect(written(34, dispatch.write) == Array(bytes.prefix(32)) + [0xee, 0xee])
    }

    // MARK: - Answer

    @Test func eachNumberOfAnAnswerHasItsPlace() {
        let bytes: [UInt8] = [0x41, 1, 0x03, 0, 0, 0, 0, 0] + (8..<32)
        let answer = WorkerMessage.Answer(
            request: 0x0f0e_0d0c_0b0a_0908, queued: 0x1312_1110, computed: 0x1716_1514, items: 0x1b1a_1918,
            envelopeBytes: 0x1f1e_1d1c, flags: [.twoFrames, .batch])
        #expect(written(32, answer.write) == bytes)
        #expect(read(bytes, WorkerMessage.Answer.init) == answer)
        expectNoneBelow(32, of: bytes, WorkerMessage.Answer.init)
    }

    @Test(arguments: ErrorCodeTests.table)
    func anAnswerThatFailedHasTheNumberOfItsCode(_ number: UInt8, _ name: String, _ isRetryable: Bool) {
        let bytes: [UInt8] = [0x41, 1, 4, 0, number, 0, 0, 0, 7] + [UInt8](repeating: 0, count: 23)
        let answer = WorkerMessage.Answer(
            request: 7, failure: ErrorCode(wireName: name), queued: 0, computed: 0, items: 0, flags: .failed)
        #expect(written(32, answer.write) == bytes)
        #expect(read(bytes, WorkerMessage.Answer.init) == answer)
    }

    /// A worker of a later version may have more codes: its answer is an answer all the same.
    @Test(arguments: [[19, 0, 0, 0], [255, 0, 0, 0], [0, 1, 0, 0], [1, 0, 0, 1]] as [[UInt8]])
    func aCodeThatNobodyKnowsCountsAsInternal(_ code: [UInt8]) {
        let bytes: [UInt8] = [0x41, 1, 4, 0] + code + [UInt8](repeating: 0, count: 24)
        #expect(read(bytes, WorkerMessage.Answer.init)?.failure == .internal)
    }

    // MARK: - Cancel and refusal

    @Test(arguments: [(WorkerMessage.Kind.cancel, 0x43 as UInt8), (.refusal, 0x4e)])
    func aCancelOrARefusalNamesItsRequest(_ kind: WorkerMessage.Kind, _ letter: UInt8) {
        let bytes: [UInt8] = [letter, 1, 0, 0, 0, 0, 0, 0, 8, 9, 10, 11, 12, 13, 14, 15]
        #expect(WorkerMessage.bytes(kind, request: 0x0f0e_0d0c_0b0a_0908) == bytes)
        #expect(read(bytes, WorkerMessage.request) == 0x0f0e_0d0c_0b0a_0908)
        expectNoneBelow(16, of: bytes, WorkerMessage.request)
    }

    // MARK: - Flags

    @Test func flagsAreTheBitsOfThePage() {
        #expect(WorkerMessage.Flags.twoFrames.rawValue == 1)
        #expect(WorkerMessage.Flags.batch.rawValue == 2)
        #expect(WorkerMessage.Flags.failed.rawValue == 4)
        #expect(WorkerMessage.Flags.bulk.rawValue == 8)
    }
}
