import SibylProtocol
import Testing

/// Envelopes that are not taken: each has its code, names what is wrong, and keeps its id.
@Suite struct RequestFaultTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var json: String
        var code: ErrorCode
        /// What the message must name.
        var names: String
        var id: String?
        var hasPayload: Bool

        init(_ json: String, _ code: ErrorCode, _ names: String, id: String? = nil, hasPayload: Bool = false) {
            self.json = json
            self.code = code
            self.names = names
            self.id = id
            self.hasPayload = hasPayload
        }

        var testDescription: String { String(json.prefix(80)) }

        func check() {
            let fault = scan(json, hasPayload: hasPayload).fault
            #expect(fault?.error.code == code)
            #expect(fault?.error.message.contains(names) == true, "\(fault?.error.message ?? "taken")")
            #expect(fault?.idText == id)
        }
    }

    // MARK: - Types

    /// The fields of the table, and which of the kinds of JSON below they take.
    static let fields: [(name: String, takes: [String])] = [
        ("op", ["string"]), ("id", ["string", "integer"]), ("v", ["integer"]), ("model", ["string"]),
        ("version", ["string"]), ("timeout_ms", ["integer"]), ("content_type", ["string"]), ("batch", ["bool"]),
        ("priority", ["string"]), ("tenant", ["string"]), ("traceparent", ["string"]), ("tracestate", ["string"]),
        ("json_length", ["integer"]),
    ]
    static let kinds = [
        ("null", "null"), ("bool", "true"), ("integer", "1"), ("fraction", "1.5"), ("string", #""list""#),
        ("array", #"["list"]"#), ("object", #"{"op":"list"}"#),
    ]

    @Test(arguments: fields)
    func aFieldOfTheWrongTypeIsNamed(_ name: String, _ takes: [String]) {
        for (kind, value) in Self.kinds where !takes.contains(kind) {
            let rest = name == "op" ? "" : #","op":"list""#
            Case("{\"\(name)\":\(value)\(rest)}", .malformedEnvelope, "'\(name)'").check()
        }
    }

    // MARK: - Values

    @Test(arguments: [
        Case("{}", .malformedEnvelope, "'op'"),
        Case(#"{"id":5}"#, .malformedEnvelope, "'op'", id: "5"),
        Case(#"{"op":"fly","id":"x"}"#, .unknownOperation, "'fly'", id: "\"x\""),
        Case(#"{"op":""}"#, .unknownOperation, "list, metadata, predict, cancel, health, stats"),
        Case(#"{"op":"LIST"}"#, .unknownOperation, "'LIST'"),
        Case(#"{"op":"list\u0000"}"#, .unknownOperation, "there is no operation"),
        Case(#"{"op":"list","v":2}"#, .unsupportedVersion, "version 1 of the protocol, not 2"),
        Case(#"{"op":"list","v":0}"#, .unsupportedVersion, "not 0"),
        Case(#"{"op":"list","v":-1}"#, .unsupportedVersion, "not -1"),
        Case(#"{"op":"list","v":18446744073709551617}"#, .unsupportedVersion, "not 18446744073709551617"),
        Case(#"{"op":"list","v":"1"}"#, .malformedEnvelope, "'v'"),
        Case(#"{"op":"list","id":1.0}"#, .malformedEnvelope, "'id'"),
        Case(#"{"op":"list","id":1e2}"#, .malformedEnvelope, "'id'"),
        Case("{\"op\":\"list\",\"id\":\"\(String(repeating: "x", count: 129))\"}", .malformedEnvelope, "'id'"),
        Case("{\"op\":\"list\",\"id\":\"\(String(repeating: "ä", count: 64))x\"}", .malformedEnvelope, "'id'"),
        // As written: 22 escapes of six bytes are 132.
        Case(
            "{\"op\":\"list\",\"id\":\"\(String(repeating: "\\u0041", count: 22))\"}", .malformedEnvelope, "128 bytes"),
        Case(
            #"{"op":"list","json_length":-1}"#, .malformedEnvelope,
            "'json_length' must be an integer from 0 to 4294967295"),
        Case(#"{"op":"list","json_length":4294967296}"#, .malformedEnvelope, "'json_length'"),
        Case(
            #"{"op":"list","timeout_ms":0}"#, .malformedEnvelope, "'timeout_ms' must be an integer from 1 to 86400000"),
        Case(#"{"op":"list","timeout_ms":-1}"#, .malformedEnvelope, "'timeout_ms'"),
        Case(#"{"op":"list","timeout_ms":86400001}"#, .malformedEnvelope, "'timeout_ms'"),
        Case(#"{"op":"list","timeout_ms":9223372036854775808}"#, .malformedEnvelope, "'timeout_ms'"),
        Case(#"{"op":"list","timeout_ms":0.5}"#, .malformedEnvelope, "'timeout_ms'"),
        Case(#"{"op":"list","priority":"high"}"#, .malformedEnvelope, "'priority'"),
        Case(#"{"op":"list","priority":""}"#, .malformedEnvelope, "'priority'"),
    ])
    func aValueOutOfRangeIsNamed(_ fault: Case) {
        fault.check()
    }

    // MARK: - What belongs together

    @Test(arguments: [
        Case(#"{"op":"predict","id":1,"input":1}"#, .malformedEnvelope, "'predict' needs the field 'model'", id: "1"),
        Case(#"{"op":"metadata"}"#, .malformedEnvelope, "'metadata' needs the field 'model'"),
        Case(#"{"op":"cancel"}"#, .malformedEnvelope, "'id'"),
        Case(#"{"op":"predict","id":1,"model":"m"}"#, .malformedPayload, "'input'", id: "1"),
        Case(#"{"op":"predict","id":1}"#, .malformedEnvelope, "'model'", id: "1"),
        Case(
            #"{"op":"predict","id":1,"model":"m","input":null}"#, .malformedEnvelope, "two inputs", id: "1",
            hasPayload: true),
        Case(#"{"op":"list","input":1}"#, .malformedEnvelope, "two inputs", hasPayload: true),
        Case(
            "{\"op\":\"list\",\"x\":\"\(String(repeating: "x", count: 65_536))\",\"id\":7}", .malformedEnvelope,
            "at most 65536 bytes", id: "7", hasPayload: true),
    ])
    func whatBelongsTogetherIsChecked(_ fault: Case) {
        fault.check()
    }

    // MARK: - Members that stand twice, and several faults

    @Test(arguments: [
        Case(#"{"op":"list","model":5,"model":"m"}"#, .malformedEnvelope, "'model'"),
        Case(#"{"op":"list","model":"m","model":5}"#, .malformedEnvelope, "'model'"),
        Case(#"{"op":"list","v":2,"v":1}"#, .unsupportedVersion, "not 2"),
        Case(#"{"op":"fly","op":"list"}"#, .unknownOperation, "'fly'"),
        // The first fault is told.
        Case(#"{"op":"fly","batch":1,"v":2,"id":3}"#, .unknownOperation, "'fly'", id: "3"),
        Case(#"{"v":2,"op":"fly","id":3}"#, .unsupportedVersion, "not 2", id: "3"),
    ])
    func eachOfTwoIsChecked(_ fault: Case) {
        fault.check()
    }

    // MARK: - What is no JSON object

    @Test(arguments: [
        Case("", .malformedEnvelope, "not JSON"),
        Case("not json", .malformedEnvelope, "not a JSON object"),
        Case("[1]", .malformedEnvelope, "not a JSON object"),
        Case("\"op\"", .malformedEnvelope, "not a JSON object"),
        Case("null", .malformedEnvelope, "not a JSON object"),
        Case("\u{feff}{\"op\":\"list\"}", .malformedEnvelope, "not JSON"),
        Case(#"{"op":"list"}{}"#, .malformedEnvelope, "not JSON"),
        Case(#"{"op":"list",}"#, .malformedEnvelope, "not JSON"),
        Case(#"{"op":"list""#, .malformedEnvelope, "not JSON"),
        Case(#"{"op":"list","x":NaN}"#, .malformedEnvelope, "not JSON"),
        Case(#"{"op":"list","x":01}"#, .malformedEnvelope, "not JSON"),
        Case(#"{"op":"list","x":1e999}"#, .malformedEnvelope, "beyond what a double can hold"),
        Case(#"{"op":"list","timeout_ms":1e999}"#, .malformedEnvelope, "beyond what a double can hold"),
        Case(#"{"op":"list","x":"\ud800"}"#, .malformedEnvelope, "half a surrogate pair"),
        Case("{\"op\":\"list\",\"x\":\(String(repeating: "[", count: 64))", .malformedEnvelope, "64 levels"),
        // An id that could be read is kept, before and behind a fault.
        Case(#"{"id":7,"op":"#, .malformedEnvelope, "not JSON", id: "7"),
        Case(#"{"op":"list","id":"a\"b","x":nul}"#, .malformedEnvelope, "not JSON", id: #""a\"b""#),
        Case(#"{"op":"list","x":nul,"id":7}"#, .malformedEnvelope, "not JSON"),
    ])
    func whatIsNoObjectIsToldSo(_ fault: Case) {
        fault.check()
    }

    @Test(arguments: [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82]] as [[UInt8]])
    func whatIsNotUTF8IsToldSo(_ bytes: [UInt8]) {
        let fault = scan(Array(#"{"id":1,"op":"list","x":""#.utf8) + bytes + Array("\"}".utf8)).fault
        #expect(fault?.error.code == .malformedEnvelope)
        #expect(fault?.error.message.contains("UTF-8") == true)
        #expect(fault?.idText == "1")
    }

    // MARK: - Words

    @Test(arguments: [String(repeating: "x", count: 1_000_000), "e" + String(repeating: "\u{301}", count: 500_000)])
    func aLongNameOfAnOperationIsCut(_ name: String) {
        let fault = scan("{\"op\":\"\(name)\"}").fault
        #expect(fault?.error.code == .unknownOperation)
        #expect(fault.map { $0.error.message.utf8.count < 300 } == true)
    }

    @Test func theIDAloneCanBeAskedFor() {
        let id = { (text: String) in
            Array(text.utf8).withUnsafeBytes { RequestEnvelope.id(scanning: $0) }.map {
                String(decoding: $0, as: UTF8.self)
            }
        }
        #expect(id(#"{"op":"fly","id":"a\u0041"}"#) == #""a\u0041""#)
        #expect(id(#"{"id":-12,"op":"#) == "-12")
        #expect(id(#"{"op":"list"}"#) == nil)
        #expect(id("") == nil)
    }
}
