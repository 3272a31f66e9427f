import Glibc
import SibylTransport
import Testing

@Suite struct SystemThreadTests {
    @Test func joiningWaitsForTheEnd() throws {
        let mailbox = Mailbox<Int>(capacity: 1)
        let thread = try SystemThread(name: "test") {
            usleep(20_000)
            _ = mailbox.send(7)
        }
        thread.join()
        var received: [Int] = []
        mailbox.drain(into: &received)
        #expect(received == [7])
    }

    /// A thread that has ended and that nobody will join must not keep its stack, some megabytes of addresses.
    @Test func aThreadThatNobodyJoinsGivesItsStackBack() throws {
        let before = try addressSpace()
        for _ in 0..<400 {
            let end = Handshake<Void>()
            _ = try SystemThread(name: "test") { end.give(()) }
            end.wait()
        }
        // All stacks kept would be three gigabytes; those of other tests' threads are far from one.
        #expect(try addressSpace() - before < 1 << 30)
    }

    private func addressSpace() throws -> Int {
        let file = try #require(fopen("/proc/self/statm", "r"))
        defer { fclose(file) }
        var pages = [CChar](repeating: 0, count: 32)
        fgets(&pages, 32, file)
        return strtol(pages, nil, 10) * sysconf(Int32(_SC_PAGESIZE))
    }
}
