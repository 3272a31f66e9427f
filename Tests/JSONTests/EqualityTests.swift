import SibylJSON
import Testing

/// Each text is an array of two values.
@Suite struct EqualityTests {
    private func pair<Result>(_ text: String, _ read: (JSONNode, JSONNode) -> Result) throws -> Result {
        try JSONDocument().withParsed(Array(text.utf8)) { node in
            let elements = Array(node.elements)
            try #require(elements.count == 2)
            return read(elements[0], elements[1])
        }
    }

    private func hash(_ node: JSONNode) -> Int {
        var hasher = Hasher()
        node.hash(into: &hasher)
        return hasher.finalize()
    }

    @Test(arguments: [
        "[1, 1.0]", "[100, 1e2]", "[0, -0.0]", "[0.1, 1e-1]", "[1e300, 10e299]",
        #"["A", "\u0041"]"#, #"["\ud83d\ude00", "😀"]"#, #"[{"a": 1, "b": [2]}, {"b": [2.0], "\u0061": 1}]"#,
        #"[{"a": 1, "a": 2}, {"a": 2}]"#, "[[], []]", "[null, null]", "[18446744073709551615, 18446744073709551615.0]",
    ])
    func equalValuesHashAlike(_ text: String) throws {
        #expect(try pair(text) { $0.isEqual(to: $1) && $1.isEqual(to: $0) && hash($0) == hash($1) })
    }

    @Test(arguments: [
        "[1, 2]", "[1, true]", "[0, false]", "[0, null]", #"[1, "1"]"#, "[[], {}]", "[[1], 1]", "[[1, 2], [2, 1]]",
        "[9007199254740992, 9007199254740993]", "[9007199254740993, 9007199254740992.5]",
        "[18446744073709551614, 18446744073709551615]", #"["a", "b"]"#, #"["a", "ab"]"#,
        // One letter, in one code point and in two.
        "[\"\u{e9}\", \"e\u{301}\"]", "[{\"\u{e9}\": 1}, {\"e\u{301}\": 1}]",
        #"[{"a": 1}, {"b": 1}]"#, #"[{"a": 1}, {"a": 1, "b": 1}]"#, #"[{"a": 1}, {"a": 2}]"#,
    ])
    func unequalValuesAreToldApart(_ text: String) throws {
        #expect(try pair(text) { !$0.isEqual(to: $1) && !$1.isEqual(to: $0) })
    }

    /// Long arrays are searched for twins by hash, so values that look alike must not meet in one place.
    @Test(arguments: [
        "[[1], [[1]]]", "[[[1], 2], [[1, 2]]]", "[[[], []], [[[]]]]", "[null, 0]", "[[], null]", "[{}, null]",
        #"[["a", "b"], ["ab", ""]]"#, #"[["a\u0000", "b"], ["a", "\u0000b"]]"#, "[\"\u{e9}\", \"e\u{301}\"]",
        "[9007199254740992, 9007199254740993]", "[18446744073709551614, 18446744073709551615]",
        #"[{"a": 1, "b": 2}, {"a": 2, "b": 1}]"#,
        // Cut elsewhere, where the bytes between are those that begin a string's hash.
        #"[["x", "y\u0003\u0000\u0000\u0000\u0000\u0000\u0000\u0000z"], ["x\u0003\u0000\u0000\u0000\u0000\u0000\u0000\u0000y", "z"]]"#,
    ])
    func valuesThatLookAlikeHashDifferently(_ text: String) throws {
        #expect(try pair(text) { hash($0) != hash($1) })
    }
}
