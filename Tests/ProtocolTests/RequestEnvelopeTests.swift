import SibylProtocol
import Testing

/// Envelopes that are taken, and what they say: the table of request fields in docs/protocol.md.
@Suite struct RequestEnvelopeTests {
    private static let list = EnvelopeFacts(.list)
    private static let predict = EnvelopeFacts(.predict).with { $0.texts["model"] = "m" }

    // MARK: - Operations

    static let operations: [(json: String, facts: EnvelopeFacts)] = [
        (#"{"op":"list"}"#, list),
        (#"{"op":"health"}"#, EnvelopeFacts(.health)),
        (#"{"op":"stats"}"#, EnvelopeFacts(.stats)),
        (#"{"op":"cancel","id":1}"#, EnvelopeFacts(.cancel).with { $0.id = "1" }),
        (#"{"op":"metadata","model":"m"}"#, EnvelopeFacts(.metadata).with { $0.texts["model"] = "m" }),
        (#"{"op":"predict","model":"m","input":1}"#, predict.with { $0.input = "1" }),
        (#"{"\u006f\u0070":"l\u0069st"}"#, list),
        (" \t\r\n{ \"op\" : \"list\" } \n", list),
    ]

    @Test(arguments: operations)
    func eachOperationIsKnown(_ json: String, _ facts: EnvelopeFacts) {
        #expect(scan(json).facts == facts)
    }

    @Test func everyFieldIsRead() {
        let json = #"""
            {"op": "predict", "id": "a-1", "v": 1, "model": "iris", "version": "1.2", "timeout_ms": 2000,
             "content_type": "application/json", "json_length": 9, "input": [1, 2], "batch": true, "priority": "bulk", "tenant": "t",
             "traceparent": "00-4bf9-00f0-01", "tracestate": "a=b"}
            """#
        let facts = EnvelopeFacts(.predict).with {
            $0.id = "\"a-1\""
            $0.input = "[1, 2]"
            $0.texts["model"] = "iris"
            $0.texts["version"] = "1.2"
            $0.texts["content_type"] = "application/json"
            $0.texts["tenant"] = "t"
            $0.texts["traceparent"] = "00-4bf9-00f0-01"
            $0.texts["tracestate"] = "a=b"
            $0.timeoutMilliseconds = 2000
            $0.jsonLength = 9
            $0.isBatch = true
            $0.priority = .bulk
        }
        #expect(scan(json).facts == facts)
    }

    // MARK: - Ids

    /// They come back byte for byte, so they are kept as they were written.
    @Test(arguments: [
        "0", "7", "-7", "-0", "18446744073709551616", String(repeating: "9", count: 300), "\"\"", "\"a\"",
        #""a\u0041\"""#,
        #""\ud83d\ude00""#, "\"ä€😀\"", "\"" + String(repeating: "x", count: 128) + "\"",
        "\"" + String(repeating: "ä", count: 64) + "\"", "\"12\"", "\"null\"",
    ])
    func idsAreKeptAsTheyWereWritten(_ id: String) {
        #expect(scan("{\"op\":\"list\",\"id\":\(id)}").facts == Self.list.with { $0.id = id })
        #expect(scan("{ \"id\" : \(id) , \"op\" : \"list\" }").facts == Self.list.with { $0.id = id })
    }

    // MARK: - Other fields

    @Test(arguments: [("1", 1 as UInt32), ("30000", 30_000), ("86400000", 86_400_000)])
    func aTimeoutIsFromAMillisecondToADay(_ text: String, _ milliseconds: UInt32) {
        let facts = Self.list.with { $0.timeoutMilliseconds = milliseconds }
        #expect(scan("{\"op\":\"list\",\"timeout_ms\":\(text)}").facts == facts)
    }

    @Test(arguments: [
        "null", "true", "-1.50e3", #""a\n""#, "[]", "[1, {\"op\": 2}]", "{}", #"{"model": "x", "id": 3}"#,
    ])
    func anInputIsAnyJSON(_ input: String) {
        let facts = Self.predict.with { $0.input = input }
        #expect(scan("{\"op\":\"predict\",\"model\":\"m\",\"input\": \(input) }").facts == facts)
    }

    @Test(arguments: [("false", false), ("true", true)])
    func aBatchIsAskedForOrNot(_ text: String, _ isBatch: Bool) {
        #expect(scan("{\"op\":\"list\",\"batch\":\(text)}").facts == Self.list.with { $0.isBatch = isBatch })
    }

    @Test(arguments: [("interactive", Priority.interactive), ("bulk", .bulk), ("\\u0062ulk", .bulk)])
    func prioritiesAreTwo(_ text: String, _ priority: Priority) {
        #expect(scan("{\"op\":\"list\",\"priority\":\"\(text)\"}").facts == Self.list.with { $0.priority = priority })
    }

    static let texts = ["model", "version", "content_type", "tenant", "traceparent", "tracestate"]

    @Test(arguments: texts)
    func textsMeanWhatTheirEscapesMean(_ name: String) {
        for (json, text) in [("", ""), ("a", "a"), ("\\u0061\\n\\ud83d\\ude00", "a\n😀"), ("ä€", "ä€")] {
            #expect(scan("{\"op\":\"list\",\"\(name)\":\"\(json)\"}").facts == Self.list.with { $0.texts[name] = text })
        }
    }

    @Test(arguments: texts)
    func textsHaveAtMost512Bytes(_ name: String) {
        let longest = String(repeating: "é", count: 256)
        let facts = Self.list.with { $0.texts[name] = longest }
        #expect(scan("{\"op\":\"list\",\"\(name)\":\"\(longest)\"}").facts == facts)
        let fault = scan("{\"op\":\"list\",\"\(name)\":\"\(longest)x\"}").fault
        #expect(fault?.error.code == .malformedEnvelope)
        #expect(fault?.error.message.contains("'\(name)'") == true)
    }

    // MARK: - Other members, and members that stand twice

    @Test(arguments: [
        #"{"x":1,"op":"list"}"#, #"{"op":"list","":null}"#, #"{"op":"list","opp":"health","OP":5,"id\u0000":1}"#,
        #"{"x":{"op":5,"id":[],"input":[{"v":9}]},"op":"list"}"#,
    ])
    func unknownFieldsAreIgnored(_ json: String) {
        #expect(scan(json).facts == Self.list)
    }

    @Test func ofAFieldThatStandsTwiceTheLastOneCounts() {
        let json = #"""
            {"op":"health","op":"predict","id":1,"id":"b","model":"a","model":"m","timeout_ms":5,"timeout_ms":6,
             "batch":true,"batch":false,"priority":"bulk","priority":"interactive","input":1,"\u0069nput":[2]}
            """#
        let facts = Self.predict.with {
            $0.id = "\"b\""
            $0.timeoutMilliseconds = 6
            $0.input = "[2]"
        }
        #expect(scan(json).facts == facts)
    }

    // MARK: - Shapes

    @Test func aPayloadFrameIsAnInput() {
        #expect(scan(#"{"op":"predict","model":"m"}"#, hasPayload: true).facts == Self.predict)
        #expect(scan(#"{"op":"list"}"#, hasPayload: true).facts == Self.list)
    }

    @Test func anEnvelopeBesideAPayloadHasAtMost64KiB() {
        let text = { (size: Int) in
            let frame = #"{"op":"predict","model":"m","x":""}"#
            return frame.dropLast(2) + String(repeating: "y", count: size - frame.utf8.count) + "\"}"
        }
        #expect(scan(String(text(65_536)), hasPayload: true).facts == Self.predict)
        #expect(scan(String(text(65_537)), hasPayload: true).fault?.error.code == .malformedEnvelope)
        // Alone it may be as long as a message: what it holds is the input.
        #expect(scan(String(text(65_537)).replacing("\"x\"", with: "\"input\"")).facts?.texts["model"] == "m")
    }

    @Test func nestingCountsFromTheEnvelope() {
        let json = { (levels: Int) in
            let input = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
            return "{\"op\":\"predict\",\"model\":\"m\",\"input\":\(input)}"
        }
        #expect(scan(json(63)).facts?.texts["model"] == "m")
        #expect(scan(json(64)).fault?.error.code == .malformedEnvelope)
    }
}
