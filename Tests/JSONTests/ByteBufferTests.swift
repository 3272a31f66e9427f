import SibylJSON
import Testing

@Suite struct ByteBufferTests {
    @Test func whatWasAppendedIsThere() {
        var buffer = ByteBuffer(capacity: 0)
        for number in 0..<1_000 { buffer.append(count: 3) { $0.copyBytes(from: [UInt8(number % 256), 1, 2]) } }
        let bytes = Array(buffer.bytes)
        #expect(bytes == (0..<1_000).flatMap { [UInt8($0 % 256), 1, 2] })
    }

    @Test(arguments: [10, 4_096, 4_097, 1_000_000])
    func emptiedItKeepsNoMoreRoomThanItMay(_ count: Int) {
        var buffer = ByteBuffer(capacity: 10)
        buffer.append(count: count) { $0.initializeMemory(as: UInt8.self, repeating: 1) }
        buffer.removeAll(keeping: 4_096)
        let (emptied, room) = (buffer.count, buffer.room)
        #expect(emptied == 0 && room == (count > 4_096 ? 0 : max(10, count)))
        buffer.append(count: 2) { $0.initializeMemory(as: UInt8.self, repeating: 7) }
        let bytes = Array(buffer.bytes)
        #expect(bytes == [7, 7])
    }
}
