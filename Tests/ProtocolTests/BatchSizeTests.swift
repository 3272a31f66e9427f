import SibylProtocol
import Testing

/// How many items a batch has, as far as its first 4096 bytes tell.
@Suite struct BatchSizeTests {
    private func estimate(_ text: String) -> UInt32 {
        Array(text.utf8).withUnsafeBytes { BatchSize.estimate($0) }
    }

    private func array(_ count: Int, of item: String) -> String {
        "[" + Array(repeating: item, count: count).joined(separator: ",") + "]"
    }

    @Test(arguments: [
        ("[]", 1 as UInt32), ("[1]", 1), ("[1,2,3]", 3), (" [ 1 , 2 ] \n", 2), (#"[{"a":1,"b":[1,2]},{"a":3}]"#, 2),
        ("[[1,2],[3,[4,5]],[]]", 3), (#"["a,b","c"]"#, 2), (#"["]","[",","]"#, 3), (#"["\",\"",1]"#, 2),
        (#"["\\",1]"#, 2),
    ])
    func aShortBatchIsCounted(_ text: String, _ items: UInt32) {
        #expect(estimate(text) == items)
    }

    @Test(arguments: ["", "1", "null", #""a,b""#, "]", "}{,", "\\", "\"", "\u{0}"])
    func whatIsNoBatchCountsAsOneItem(_ text: String) {
        #expect(estimate(text) == 1)
    }

    /// What comes behind the array's end is none of it.
    @Test func theEndOfTheArrayIsTheEnd() {
        #expect(estimate("[1,2]" + String(repeating: ",[", count: 10_000)) == 2)
        #expect(estimate("[1,2]],3,4]") == 2)
    }

    /// Items alike: the density of the first few kilobytes is that of all.
    @Test(arguments: [(10_000, "1"), (100_000, #"{"a":[1,2],"b":"x,y"}"#), (1_000_000, "0.125")])
    func aLongBatchIsEstimated(_ count: Int, _ item: String) {
        let estimate = Double(estimate(array(count, of: item)))
        #expect(abs(estimate / Double(count) - 1) < 0.02)
    }

    @Test func noEstimateIsBeyondWhatABatchMayHave() {
        #expect(estimate(array(3_000_000, of: "1")) == 1_000_000)
        // One item that is longer than what is looked at.
        #expect(estimate("[\"" + String(repeating: "x", count: 10_000) + "\",1,2]") == 2)
    }

    /// The vectors of the algorithm's authors.
    @Test(arguments: [
        ("", 0xcbf2_9ce4_8422_2325 as UInt64), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8),
    ])
    func hashesAreFNV1a(_ text: String, _ hash: UInt64) {
        #expect(Array(text.utf8).withUnsafeBytes { FNV1a.hash($0) } == hash)
    }
}
