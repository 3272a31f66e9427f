import SibylCore
import SibylJSON
import Testing

/// The announcement behind a hello's header, as docs/protocol.md has it.
@Suite struct WorkerAnnouncementTests {
    /// `H`, version 1, no flags; capacity 16, process 4711.
    private static let header: [UInt8] = [0x48, 1, 0, 0, 16, 0, 0, 0, 0x67, 0x12, 0, 0, 0, 0, 0, 0]

    private func read(_ json: String, header: [UInt8] = Self.header) throws -> WorkerAnnouncement {
        try (header + Array(json.utf8)).withUnsafeBytes { try WorkerAnnouncement(reading: $0) }
    }

    @Test func readsEveryMember() throws {
        let announcement = try read(
            #"""
            {"name": "python-4711", "models": [
              {"qualified_name": "echo", "version": "1.0.0", "display_name": "Echo", "description": "Answers.",
               "input_schema": {"type": "object"}, "output_schema": true},
              {"version": "2", "qualified_name": "\u0062"}]}
            """#)
        #expect(announcement.name == "python-4711")
        #expect(announcement.capacity == 16)
        #expect(announcement.process == 4711)
        #expect(
            announcement.models == [
                .init(
                    name: "echo", version: "1.0.0", displayName: "Echo", description: "Answers.",
                    inputSchema: Array(#"{"type": "object"}"#.utf8), outputSchema: Array("true".utf8)),
                .init(name: "b", version: "2"),
            ])
        #expect(announcement.models[1].inputSchema == Array("{}".utf8))
    }

    @Test func unknownMembersAreIgnored() throws {
        let announcement = try read(
            #"{"gpu": [{"name": 1}], "models": [{"qualified_name": "a", "version": "1", "x": null}], "name": "w"}"#)
        #expect(announcement.name == "w")
        #expect(announcement.models == [.init(name: "a", version: "1")])
    }

    @Test func ofAKeyThatStandsTwiceTheLastOneCounts() throws {
        let announcement = try read(
            #"""
            {"name": "a", "models": [{"qualified_name": "a", "version": "1"}],
             "name": "b", "models": [{"qualified_name": "x", "qualified_name": "b", "version": "2"}]}
            """#)
        #expect(announcement.name == "b")
        #expect(announcement.models == [.init(name: "b", version: "2")])
    }

    @Test(arguments: [
        "", "[]", "{", "{}x", #"{"name": 1}"#, #"{"models": {}}"#, #"{"models": [1]}"#,
        #"{"models": [{"version": "1"}]}"#, #"{"models": [{"qualified_name": "a"}]}"#,
        #"{"models": [{"qualified_name": "", "version": "1"}]}"#,
        #"{"models": [{"qualified_name": "a", "version": ""}]}"#,
        #"{"models": [{"qualified_name": "a", "version": 1}]}"#,
    ])
    func whatIsNoAnnouncementIsRefused(_ json: String) {
        #expect(throws: JSONError.self) { try read(json) }
    }

    @Test(arguments: 0..<16)
    func aHelloThatIsShorterThanItsHeaderIsRefused(_ count: Int) {
        #expect(throws: JSONError.self) { try read("", header: Array(Self.header.prefix(count))) }
    }

    @Test func isToldAsItWasRead() throws {
        let announcement = WorkerAnnouncement(
            name: "a \"worker\"\n", process: .max, capacity: 1,
            models: [
                .init(
                    name: "m", version: "1.2.3", displayName: "😀", description: "\\",
                    inputSchema: Array(#"{"a":[1.50]}"#.utf8), outputSchema: Array("false".utf8),
                    tensors: Array(#"{"inputs":[]}"#.utf8)),
                .init(name: "n", version: "1"),
            ])
        let bytes = announcement.helloBytes()
        #expect(Array(bytes.prefix(16)) == [0x48, 1, 0, 0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])
        #expect(try bytes.withUnsafeBytes { try WorkerAnnouncement(reading: $0) } == announcement)
    }
}
