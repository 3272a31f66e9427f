import SibylJSON
import SibylProtocol
import Testing

/// The payloads of the Open Inference Protocol, from a client's socket to a model and back.
@Suite struct OpenInferenceServingTests {
    private static let json = JSONValue.string("application/vnd.open-inference+json")
    private static let binary = JSONValue.string("application/vnd.open-inference+binary")

    private static let request = #"""
        {"id":"q","inputs":[{"name":"left","shape":[3],"datatype":"FP32","data":[1,2.5,-4]},
         {"name":"right","shape":[3,1],"datatype":"INT64","data":[[1],[2],[3]]}]}
        """#
    private static let response: JSONValue = [
        "model_name": "multiplier", "model_version": "1.0.0", "id": "q",
        "outputs": [
            ["name": "product", "datatype": "FP64", "shape": [3], "data": [1, 5, -12]],
            ["name": "label", "datatype": "BYTES", "shape": [3], "data": ["nobody", "nobody", "nobody"]],
        ],
    ]

    @Test func inferRequestsInJSON() throws {
        let served = try ServedMultiplier()
        let reply = try served.predict(["content_type": Self.json], payload: Array(Self.request.utf8))
        #expect(reply.envelope["status"] == "ok" && reply.envelope["content_type"] == Self.json)
        #expect(reply.envelope["json_length"] == nil && reply.envelope["timing"]?["batch_size"] == 1)
        #expect(try JSONValue(parsing: try #require(reply.payload)) == Self.response)
    }

    @Test func metadataTellsTheTensorsOfRecords() throws {
        let served = try ServedMultiplier()
        let reply = try served.predict(["op": "metadata"], payload: [])
        let tensors = try JSONValue(parsing: try #require(reply.payload))["tensors"]
        func column(_ name: String, _ type: String) -> JSONValue {
            ["name": .string(name), "datatype": .string(type), "shape": [-1]]
        }
        #expect(
            tensors == [
                "inputs": [column("left", "FP64"), column("right", "INT64"), column("name", "BYTES")],
                "outputs": [column("product", "FP64"), column("label", "BYTES")],
            ])
    }

    @Test func inferRequestsInOneFrame() throws {
        let served = try ServedMultiplier()
        let input = try JSONValue(parsing: Self.request)
        let reply = try served.predict(["content_type": Self.json, "input": input])
        #expect(reply.payload == nil && reply.envelope["content_type"] == Self.json)
        #expect(reply.envelope["output"] == Self.response)
    }

    @Test func inferRequestsWithBinaryTensors() throws {
        let served = try ServedMultiplier()
        let json = #"""
            {"inputs":[{"name":"left","shape":[2],"datatype":"FP64","parameters":{"binary_data_size":16}},
             {"name":"name","shape":[2],"datatype":"BYTES","data":["a","b"]},
             {"name":"right","shape":[2],"datatype":"UINT8","parameters":{"binary_data_size":2}}],
             "outputs":[{"name":"label","parameters":{"binary_data":true}},{"name":"product"}]}
            """#
        let blobs: [UInt8] = packed([0.5, 2]) + [4, 5]
        let fields: JSONObject = ["content_type": Self.binary, "json_length": .integer(Int64(json.utf8.count))]
        let reply = try served.predict(fields, payload: Array(json.utf8) + blobs)
        #expect(reply.envelope["content_type"] == Self.binary)
        let length = Int(try #require(reply.envelope["json_length"]?.int64))
        let payload = try #require(reply.payload)
        #expect(Array(payload[length...]) == [1, 0, 0, 0, 97, 1, 0, 0, 0, 98])
        let outputs = try JSONValue(parsing: Array(payload[..<length]))["outputs"]
        #expect(outputs?.array?[0]["parameters"]?["binary_data_size"] == 10)
        #expect(outputs?.array?[1]["data"] == [2, 10])
    }

    /// Far beyond what travels in one frame with its header.
    @Test func longTensors() throws {
        let served = try ServedMultiplier()
        let count = 20_000
        let json =
            #"{"inputs":[{"name":"left","shape":[\#(count)],"datatype":"UINT8","parameters":{"binary_data_size":\#(count)}},"#
            + #"{"name":"right","shape":[\#(count)],"datatype":"UINT8","parameters":{"binary_data_size":\#(count)}}],"#
            + #""outputs":[{"name":"product"}],"parameters":{"binary_data_output":true}}"#
        let blobs = [UInt8](repeating: 2, count: count) + [UInt8](repeating: 3, count: count)
        let fields: JSONObject = ["content_type": Self.binary, "json_length": .integer(Int64(json.utf8.count))]
        let reply = try served.predict(fields, payload: Array(json.utf8) + blobs)
        let length = Int(try #require(reply.envelope["json_length"]?.int64))
        #expect(reply.payload?.dropFirst(length).elementsEqual(packed(Array(repeating: 6, count: count))) == true)
    }

    @Test func jsonPayloadsAreAsBefore() throws {
        let served = try ServedMultiplier()
        for type in [nil, "application/json"] as [JSONValue?] {
            var fields = JSONObject()
            fields["content_type"] = type
            let reply = try served.predict(fields, payload: Array(#"{"left": 2, "right": 3}"#.utf8))
            #expect(reply.text == #"{"product":6.0,"label":"nobody"}"#)
            #expect(reply.envelope["content_type"] == "application/json" && reply.envelope["json_length"] == nil)
        }
    }

    private func packed(_ numbers: [Double]) -> [UInt8] {
        numbers.withUnsafeBytes { Array($0) }
    }

    // MARK: - Faults

    @Test func whatTheModelRefusesIsToldWithItsRecord() throws {
        let served = try ServedMultiplier()
        let negative = Self.request.replacing("[[1],[2],[3]]", with: "[[1],[-2],[3]]")
        let invalid = try served.predict(["content_type": Self.json], payload: Array(negative.utf8))
        #expect(invalid.code == "invalid_input" && invalid.message.hasPrefix("record 1: "))
        #expect(invalid.envelope["error"]?["details"]?.array?[0]["path"] == "/1/right")
        let unlucky = Self.request.replacing("[1,2.5,-4]", with: "[1,2.5,13]")
        let failed = try served.predict(["content_type": Self.json], payload: Array(unlucky.utf8))
        #expect(failed.code == "prediction_failed" && failed.message.hasPrefix("record 2: "))
        let off = try served.predict(["content_type": Self.json], payload: Array("{}".utf8))
        #expect(off.code == "malformed_payload")
    }

    @Test(
        arguments: [
            ("application/vnd.open-inference+binary", nil, false, true, "malformed_payload", "json_length"),
            ("application/vnd.open-inference+binary", 3, false, true, "malformed_payload", "json_length is 3"),
            ("application/vnd.open-inference+binary", 2, false, false, "malformed_payload", "payload frame"),
            ("application/vnd.open-inference+binary", 2, true, true, "unsupported_content_type", "batch"),
            ("application/vnd.open-inference+json", nil, true, true, "unsupported_content_type", "batch"),
            ("application/vnd.open-inference+json", nil, true, false, "unsupported_content_type", "batch"),
            ("text/csv", nil, false, true, "unsupported_content_type", "not of 'text/csv'"),
            ("application/vnd.open-inference", nil, false, true, "unsupported_content_type", "+binary"),
        ] as [(String, Int64?, Bool, Bool, String, String)])
    func whatCanNotBeTakenIsTold(
        _ type: String, _ length: Int64?, _ isBatch: Bool, _ isTwoFrames: Bool, _ code: String, _ part: String
    ) throws {
        let served = try ServedMultiplier()
        var fields: JSONObject = ["content_type": .string(type)]
        if let length { fields["json_length"] = .integer(length) }
        if isBatch { fields["batch"] = true }
        if !isTwoFrames { fields["input"] = [:] }
        let reply = try served.predict(fields, payload: isTwoFrames ? Array("{}".utf8) : nil)
        #expect(reply.code == code && reply.message.contains(part), "\(reply.envelope)")
        #expect(reply.envelope["error"]?["retryable"] == false)
    }

    /// Requests of both kinds that wait for one executor are computed together.
    @Test func payloadsOfAllKindsMix() throws {
        let fixture = try WorkerFixture()
        let envelope = { (fields: String) in #"{"op":"predict","model":"echo","id":"x"\#(fields)}"# }
        let infer = #","content_type":"application/vnd.open-inference+json""#
        let binary = #","content_type":"application/vnd.open-inference+binary","json_length":"#
        let tensor = { (rest: String) in #"{"inputs":[{"name":"input","shape":[1],"datatype":"BYTES",\#(rest)}]}"# }
        let request = tensor(#""parameters":{"binary_data_size":5}"#)
        fixture.dispatch(1, envelope(""), fixture.held)
        fixture.waitAtGate()
        fixture.dispatchBundle([
            (2, envelope(""), #""plain""#), (3, envelope(infer), tensor(#""data":["[3]"]"#)),
            (4, envelope(infer), "{}"),
            (5, envelope(binary + "\(request.utf8.count)"), request + "\u{1}\0\0\u{0}5"), (6, envelope(""), "[6]"),
        ])
        try fixture.settle()
        fixture.openGate()
        var payloads: [UInt64: String] = [:]
        for _ in 1...6 {
            let answer = try fixture.answer()
            payloads[answer.header.request] = answer.payload
        }
        #expect(payloads[2] == #""plain""# && payloads[6] == "[6]")
        #expect(payloads[3]?.hasSuffix(#""name":"output","datatype":"BYTES","shape":[1],"data":["[3]"]}]}"#) == true)
        #expect(payloads[4]?.contains("malformed_payload") == true)
        #expect(payloads[5]?.hasSuffix(#""data":["5"]}]}"#) == true)
    }
}
