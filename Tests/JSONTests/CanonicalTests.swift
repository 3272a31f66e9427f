import Testing

@testable import SibylJSON

@Suite struct CanonicalTests {
    private func canonical(_ text: String) throws -> String {
        try JSONDocument().withParsed(Array(text.utf8)) { node in
            var writer = JSONWriter()
            try writer.canonical(node)
            return String(decoding: writer.bytes, as: UTF8.self)
        }
    }

    @Test(arguments: [
        (#"{"b": 1, "a": 2}"#, #"{"a":2,"b":1}"#),
        (#"{"b":{"d":1,"c":2},"a":[{"y":1,"x":2}]}"#, #"{"a":[{"x":2,"y":1}],"b":{"c":2,"d":1}}"#),
        ("[1, 1.0, 1e0, 10e-1, 0.1e1]", "[1,1,1,1,1]"), ("[0.5, 5e-1, 0.50, 50.0e-2]", "[0.5,0.5,0.5,0.5]"),
        ("[1e300, 10e299]", "[1e+300,1e+300]"), ("[0, 0.0, -0, -0.0]", "[0,0,-0.0,-0.0]"),
        ("[9007199254740992, 9007199254740993]", "[9007199254740992,9007199254740993]"),
        ("[18446744073709551615, 18446744073709551615.0]", "[18446744073709551615,18446744073709551615]"),
        (#"["\u0041\/", "A/", "\u000a"]"#, #"["A/","A/","\n"]"#), (#"["\ud83d\ude00", "😀"]"#, #"["😀","😀"]"#),
        (#"{"\u0062": 1, "a\/": 2}"#, #"{"a/":2,"b":1}"#), (#"{"b": 1, "a": 2, "b": 3}"#, #"{"a":2,"b":1,"b":3}"#),
        (#"{"B": 1, "a": 2, "é": 3, "": 4}"#, #"{"":4,"B":1,"a":2,"é":3}"#),
        ("[ true , false , null ]", "[true,false,null]"),
    ])
    func textsThatSayTheSameHaveOneForm(_ text: String, _ expected: String) throws {
        #expect(try canonical(text) == expected)
        #expect(try canonical(expected) == expected, "the form's own form")
        #expect(try JSONValue(parsing: text).canonicalText != nil)
    }

    /// What is told apart keeps its own form.
    @Test(arguments: [
        ("[1]", "[1.5]"), ("[0]", "[-0]"), ("\"\u{e9}\"", "\"e\u{301}\""), (#"{"a":1}"#, #"{"a":1,"a":1}"#),
        ("[[1],2]", "[[1,2]]"),
        (#"["a,b"]"#, #"["a","b"]"#), (#""1""#, "1"), (#"{"a":null}"#, "{}"),
    ])
    func othersDiffer(_ one: String, _ other: String) throws {
        #expect(Array(try canonical(one).utf8) != Array(try canonical(other).utf8))
    }
}
