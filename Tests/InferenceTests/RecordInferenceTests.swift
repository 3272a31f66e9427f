import SibylInference
import SibylJSON
import SibylModel
import Testing

/// A model of records behind the payloads of the Open Inference Protocol.
@Suite struct RecordInferenceTests {
    private let model: RecordInference

    init() throws {
        model = RecordInference(try TypedModel(Clerk.self, configuration: ModelConfiguration()))
    }

    /// A column as JSON.
    private func column(_ name: String, _ datatype: String, _ data: String, shape: String? = nil) -> String {
        let count = (try? JSONValue(parsing: data))?.array?.count ?? 0
        return #"{"name":"\#(name)","datatype":"\#(datatype)","shape":\#(shape ?? "[\(count)]"),"data":\#(data)}"#
    }

    private func request(_ columns: String..., rest: String = "") -> String {
        #"{"inputs":[\#(columns.joined(separator: ","))]\#(rest)}"#
    }

    private var words: String { column("word", "BYTES", #"["a\"b","é",""]"#) }

    // MARK: - Signatures

    @Test func fieldsAreTensors() {
        #expect(
            model.tensors.inputs == [
                TensorSpec("amount", .float64, shape: [-1]), TensorSpec("count", .int64, shape: [-1]),
                TensorSpec("flag", .bool, shape: [-1]), TensorSpec("word", .string, shape: [-1]),
                TensorSpec("list", .string, shape: [-1]), TensorSpec("maybe", .float64, shape: [-1]),
            ])
        #expect(model.tensors.outputs.map(\.name) == ["text", "number", "count", "flag", "rest"])
        #expect(model.tensors.outputs.map(\.type) == [.string, .float64, .int64, .bool, .string])
    }

    @Test(arguments: [
        (#"{"type":"string"}"#, DataType.string), (#"{"type":["integer","null"]}"#, .int64),
        (#"{"enum":["a","b"]}"#, .string),
        (#"{"enum":[1,2.5,null]}"#, .float64), (#"{"const":true}"#, .bool), (#"{"enum":[1,"a"]}"#, .string),
        (#"{"anyOf":[{"type":"number"},{"type":"null"}]}"#, .float64),
        (#"{"oneOf":[{"type":"integer"},{"type":"number"}]}"#, .float64),
        (##"{"$ref":"#/$defs/a~1b"}"##, .int64), (##"{"allOf":[{"$ref":"#/$defs/a~1b"}]}"##, .int64),
        (##"{"$ref":"#/$defs/circle"}"##, .string),
        (##"{"$ref":"#/$defs/none"}"##, .string), ("true", .string), (#"{"type":["number","string"]}"#, .string),
    ])
    func aFieldsTypeIsWhatItsSchemaSays(_ schema: String, _ type: DataType) throws {
        let document =
            #"{"type":"object","properties":{"x":\#(schema)},"#
            + ##""$defs":{"a/b":{"type":"integer"},"circle":{"$ref":"#/$defs/circle"}}}"##
        let schema = JSONSchema(try JSONValue(parsing: document))
        let model = RecordInference(Mirror(input: schema, output: true))
        #expect(model.tensors.inputs == [TensorSpec("x", type, shape: [-1])])
    }

    @Test(arguments: [#"{"type":"array"}"#, #"{"type":"object"}"#, #"{"type":"object","properties":{}}"#, "true"])
    func whatIsNoRecordIsOneTensorOfJSON(_ schema: String) throws {
        let schema = JSONSchema(try JSONValue(parsing: schema))
        let model = RecordInference(Mirror(input: schema, output: schema))
        #expect(model.tensors.inputs == [TensorSpec("input", .string, shape: [-1])])
        #expect(model.tensors.outputs == [TensorSpec("output", .string, shape: [-1])])
        let json = request(column("input", "BYTES", #"["[1, {\"a\": null}]", "null", " 2 "]"#))
        let reply = try predict(model, [json])[0].get()
        let value = #"{"name":"output","datatype":"BYTES","shape":[3],"data":["[1, {\"a\": null}]","null","2"]}"#
        #expect(reply.json == #"{"model_name":"mirror","model_version":"1.0.0","outputs":[\#(value)]}"#)
    }

    @Test func scalarsAreOneTensorOfTheirType() throws {
        let model = RecordInference(Mirror(input: .integer(), output: .number()))
        #expect(model.tensors.inputs == [TensorSpec("input", .int64, shape: [-1])])
        let reply = try predict(model, [request(column("input", "UINT8", "[1,2]"))])[0].get()
        #expect(reply.json.contains(#""name":"output","datatype":"FP64","shape":[2],"data":[1.0,2.0]"#))
    }

    // MARK: - Records

    @Test func rowsOfTheColumnsAreRecords() throws {
        let json = request(
            column("amount", "FP64", "[1.5,2,-3e300]"), column("count", "INT64", "[1,2,9007199254740993]"),
            column("flag", "BOOL", "[true,false,true]"), words, column("list", "BYTES", #"["[1]","[]","[1,2,3]"]"#),
            rest: #","id":"7""#)
        let reply = try predict(model, [json])[0].get()
        #expect(
            reply.json == #"{"model_name":"clerk","model_version":"1.0.0","id":"7","outputs":["#
                + #"{"name":"text","datatype":"BYTES","shape":[3],"data":["a\"b!","é!","!"]},"#
                + #"{"name":"number","datatype":"FP64","shape":[3],"data":[1.5,2.0,-3e+300]},"#
                + #"{"name":"count","datatype":"INT64","shape":[3],"data":[1,2,9007199254740993]},"#
                + #"{"name":"flag","datatype":"BOOL","shape":[3],"data":[false,true,false]},"#
                + #"{"name":"rest","datatype":"BYTES","shape":[3],"data":["{\"sum\":1}","{\"sum\":0}","{\"sum\":6}"]}]}"#
        )
        #expect(reply.blobs.isEmpty)
    }

    /// The same in binary, as most clients send it, and only what is asked for.
    @Test func columnsMayBeBinary() throws {
        let names = packed(["x", "yz"])
        let json = request(
            #"{"name":"amount","datatype":"FP32","shape":[2,1],"parameters":{"binary_data_size":8}}"#,
            column("count", "INT8", "[[1],[2]]", shape: "[2,1]"),
            #"{"name":"flag","datatype":"BOOL","shape":[2],"parameters":{"binary_data_size":2}}"#,
            #"{"name":"word","datatype":"BYTES","shape":[2],"parameters":{"binary_data_size":\#(names.count)}}"#,
            rest:
                #","outputs":[{"name":"count"},{"name":"text"},{"name":"number","parameters":{"binary_data":false}}],"#
                + #""parameters":{"binary_data_output":true}"#)
        let reply = try predict(model, [json], blobs: packed([0.5, 0.1] as [Float]) + [0, 1] + names)[0].get()
        #expect(
            reply.json == #"{"model_name":"clerk","model_version":"1.0.0","outputs":["#
                + #"{"name":"count","datatype":"INT64","shape":[2],"parameters":{"binary_data_size":16}},"#
                + #"{"name":"text","datatype":"BYTES","shape":[2],"parameters":{"binary_data_size":13}},"#
                + #"{"name":"number","datatype":"FP64","shape":[2],"data":[0.5,0.10000000149011612]}]}"#)
        #expect(reply.blobs == packed([1, 2] as [Int64]) + packed(["x!", "yz!"]))
    }

    @Test(arguments: [
        "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64", "FP16", "BF16", "FP32", "FP64",
    ])
    func aNumberMayBeOfAnyNumericType(_ datatype: String) throws {
        let json = request(column("amount", datatype, "[7]"), rest: #","outputs":[{"name":"number"}]"#)
        let model = RecordInference(Mirror(input: Self.amount, output: Self.number))
        #expect(try predict(model, [json])[0].get().json.contains(#""data":[7.0]"#))
    }

    private static let amount = JSONSchema(["type": "object", "properties": ["amount": ["type": "number"]]])
    private static let number = JSONSchema(["type": "object", "properties": ["number": ["type": "number"]]])

    @Test func allRecordsOfAllPayloadsGoInOneCall() throws {
        let recorder = Mirror(input: Self.amount, output: Self.amount)
        let model = RecordInference(recorder)
        let results = predict(
            model, [request(column("amount", "FP64", "[1,2]")), "{", request(column("amount", "INT32", "[3]"))],
            json: #"{"amount": 9}"#)
        #expect(
            recorder.calls.values == [[#"{"amount":1.0}"#, #"{"amount":2.0}"#, #"{"amount":3}"#, #"{"amount": 9}"#]])
        #expect(try results[0].get().json.contains(#""data":[1.0,2.0]"#))
        #expect(throws: PredictionError.self) { try results[1].get() }
        #expect(try results[2].get().json.contains(#""shape":[1],"data":[3.0]"#))
        #expect(try results[3].get().json == #"{"amount": 9}"#)
    }

    @Test func payloadsOfJSONPassThrough() throws {
        let recorder = Mirror(input: Self.amount, output: Self.amount)
        let model = RecordInference(recorder)
        #expect(try predict(model, [], json: "anything")[0].get().json == "anything")
        var outcomes = PredictionOutcomes()
        Array("other".utf8).withUnsafeBytes { model.predict([$0], into: &outcomes) }
        #expect(String(decoding: outcomes.bytes, as: UTF8.self) == "other")
        #expect(recorder.calls.values == [["anything"], ["other"]])
        #expect(model.metadata == recorder.metadata)
    }

    @Test func aRequestMayHaveNoRecords() throws {
        let recorder = Mirror(input: Self.amount, output: Self.amount)
        let json = request(#"{"name":"amount","datatype":"FP64","shape":[0,1],"data":[]}"#)
        let reply = try predict(RecordInference(recorder), [json])[0].get()
        #expect(reply.json.contains(#""outputs":[{"name":"amount","datatype":"FP64","shape":[0],"data":[]}]"#))
        #expect(recorder.calls.values == [])
    }

    // MARK: - What is missing

    @Test func whatMayBeMissingMay() throws {
        let recorder = Mirror(input: Clerk.inputSchema, output: true)
        let all = [
            column("amount", "FP64", "[1,2]"), column("count", "INT64", "[1,2]"), column("flag", "BOOL", "[1,0]"),
            column("word", "BYTES", #"["a","b"]"#),
        ]
        // `list` is optional; `maybe` is required and may be null.
        _ = predict(RecordInference(recorder), [#"{"inputs":[\#(all.joined(separator: ","))]}"#])
        let rows = (1...2).map {
            #"{"amount":\#($0).0,"count":\#($0),"flag":\#($0 == 1),"word":"\#($0 == 1 ? "a" : "b")","maybe":null}"#
        }
        #expect(recorder.calls.values == [rows])
    }

    @Test func nullsAreNulls() throws {
        let schema = JSONSchema(
            try JSONValue(
                parsing: """
                    {"type":"object","properties":{"n":{"type":["number","null"]},"s":{"type":"string"},"j":{}}}
                    """))
        let recorder = Mirror(input: schema, output: true)
        let json = request(
            column("n", "FP32", "[null,2]"), column("s", "BYTES", #"["a",null]"#), column("j", "BYTES", #"[null,"{}"]"#)
        )
        _ = predict(RecordInference(recorder), [json])
        #expect(recorder.calls.values == [[#"{"n":null,"s":"a","j":null}"#, #"{"n":2.0,"s":null,"j":{}}"#]])
        let binary = request(#"{"name":"n","datatype":"FP64","shape":[1],"parameters":{"binary_data_size":8}}"#)
        _ = predict(RecordInference(recorder), [binary], blobs: packed([Double.nan]))
        #expect(recorder.calls.values.last == [#"{"n":null}"#])
    }

    private static let sparse = JSONSchema([
        "type": "object",
        "properties": [
            "n": ["type": "number"], "i": ["type": "integer"], "s": ["type": "string"], "j": ["type": "array"],
            "never": ["type": "string"],
        ],
    ])

    /// What an output lacks is null in JSON, and in binary what is nearest to that.
    @Test func outputsThatOnlySomeRecordsHave() throws {
        let model = RecordInference(Mirror(input: true, output: Self.sparse))
        let rows = column("input", "BYTES", #"["{\"n\":1,\"i\":2,\"s\":\"a\",\"j\":[]}","{\"i\":null}"]"#)
        let reply = try predict(model, [request(rows)])[0].get()
        let outputs =
            #"[{"name":"n","datatype":"FP64","shape":[2],"data":[1.0,null]},"#
            + #"{"name":"i","datatype":"INT64","shape":[2],"data":[2,null]},"#
            + #"{"name":"s","datatype":"BYTES","shape":[2],"data":["a",null]},"#
            + #"{"name":"j","datatype":"BYTES","shape":[2],"data":["[]","null"]}]"#
        #expect(reply.json.contains(#""outputs":"# + outputs))

        let asked =
            #","outputs":[{"name":"n"},{"name":"s"},{"name":"never"},{"name":"j"}],"parameters":{"binary_data_output":true}"#
        let binary = try predict(model, [request(rows, rest: asked)], blobs: [])[0].get()
        let expected = packed(["a", ""]) + packed(["", ""]) + packed(["[]", "null"])
        #expect(Array(binary.blobs.dropFirst(16)) == expected)
        #expect(Array(binary.blobs.prefix(8)) == packed([1.0]))
        #expect(binary.blobs[8..<16].withUnsafeBytes { $0.loadUnaligned(as: Double.self) }.isNaN)

        let integer = #","outputs":[{"name":"i","parameters":{"binary_data":true}}]"#
        let error = #expect(throws: PredictionError.self) {
            try predict(model, [request(rows, rest: integer)], blobs: [])[0].get()
        }
        #expect(error?.message.contains("record 1 has no 'i', and INT64 has no form for that in binary") == true)
    }

    // MARK: - Faults

    @Test func aRecordThatFailsFailsItsRequest() throws {
        let columns = [
            column("amount", "FP64", "[1,13]"), column("count", "INT64", "[1,2]"), column("flag", "BOOL", "[1,0]"),
            column("word", "BYTES", #"["a","b"]"#),
        ].joined(separator: ",")
        let good = request(
            column("amount", "FP64", "[1]"), column("count", "INT64", "[-1]"), column("flag", "BOOL", "[1]"),
            column("word", "BYTES", #"["a"]"#))
        let results = predict(model, [#"{"inputs":[\#(columns)]}"#, good])
        let failed = #expect(throws: PredictionError.self) { try results[0].get() }
        #expect(failed?.code == .failed)
        #expect(failed?.message.hasPrefix("record 1: the model failed") == true)
        let invalid = #expect(throws: PredictionError.self) { try results[1].get() }
        #expect(invalid?.code == .invalidInput)
        #expect(invalid?.message.hasPrefix("record 0: the input does not meet") == true)
        #expect(invalid?.violations.map(\.path) == ["/0/count"])
    }

    @Test(arguments: [
        (#"{"name":"extra","datatype":"FP64","shape":[1],"data":[1]}"#, "no input 'extra'", "/inputs/1/name"),
        (
            #"{"name":"amount","datatype":"BYTES","shape":[1],"data":["1"]}"#,
            "input 'amount' is BYTES, and the model takes FP64", "/inputs/1/datatype"
        ),
        (
            #"{"name":"count","datatype":"FP64","shape":[1],"data":[1]}"#,
            "input 'count' is FP64, and the model takes INT64", "/inputs/1/datatype"
        ),
        (#"{"name":"flag","datatype":"UINT8","shape":[1],"data":[1]}"#, "the model takes BOOL", "/inputs/1/datatype"),
        (
            #"{"name":"amount","datatype":"FP64","shape":[1,2],"data":[1,2]}"#, "it must be [n] or [n, 1]",
            "/inputs/1/shape"
        ),
        (#"{"name":"amount","datatype":"FP64","shape":[],"data":[1]}"#, "it must be [n] or [n, 1]", "/inputs/1/shape"),
        (
            #"{"name":"amount","datatype":"FP64","shape":[2],"data":[1,2]}"#,
            "input 'word' has 3 records, and 'amount' has 2", "/inputs/0/shape"
        ),
        (#"{"name":"amount","datatype":"FP64","shape":[3],"data":[1,2,3]}"#, "input 'count' is missing", "/inputs"),
    ])
    func aColumnThatDoesNotFitIsTold(_ input: String, _ part: String, _ path: String) {
        let error = #expect(throws: PredictionError.self) { try predict(model, [request(words, input)])[0].get() }
        #expect(error?.code == .invalidInput)
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "nothing")")
        #expect(error?.violations.map(\.path) == [path])
    }

    @Test(arguments: [
        ("n", "FP64", packed([1, Double.infinity]), "element 1 of input 'n' is inf"),
        ("n", "FP32", packed([Float.nan, 1]), "element 0 of input 'n' is nan"),
        ("s", "BYTES", packed(["a"]) + [1, 0, 0, 0, 0xC0], "element 1 of input 's' is not UTF-8"),
        ("j", "BYTES", packed(["[]", "1, \"n\": 2"]), "element 1 of input 'j' is not JSON"),
        ("j", "BYTES", packed(["[]", ""]), "element 1 of input 'j' is not JSON"),
    ])
    func anElementThatIsNoValueIsTold(_ name: String, _ datatype: String, _ blob: [UInt8], _ part: String) {
        let recorder = Mirror(input: Self.sparse, output: true)
        let json = request(
            #"{"name":"\#(name)","datatype":"\#(datatype)","shape":[2],"parameters":{"binary_data_size":\#(blob.count)}}"#
        )
        let error = #expect(throws: PredictionError.self) {
            try predict(RecordInference(recorder), [json], blobs: blob)[0].get()
        }
        #expect(error?.code == .invalidInput)
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "nothing")")
        #expect(recorder.calls.values == [])
    }

    @Test func aRequestWithoutInputsHasNoRecords() {
        let error = #expect(throws: PredictionError.self) {
            try predict(RecordInference(Mirror(input: Self.sparse, output: true)), [request()])[0].get()
        }
        #expect(error?.message.contains("has no inputs") == true)
    }

    /// A model whose outputs are not what its schema says fails, whatever they are.
    @Test(arguments: [
        (#"{"n":"x"}"#, "'n' is no FP64"), (#"{"i":1.5}"#, "'i' is no INT64"), (#"{"i":1e30}"#, "'i' is no INT64"),
        (#"{"s":1}"#, "'s' is no BYTES"), ("[1]", "is no object"),
    ])
    func anOutputThatIsNotAsPromisedIsTold(_ output: String, _ part: String) throws {
        let model = RecordInference(Mirror(input: true, output: Self.sparse))
        let element = JSONValue.string(output).description
        let error = #expect(throws: PredictionError.self) {
            try predict(model, [request(column("input", "BYTES", "[\"{}\",\(element)]"))])[0].get()
        }
        #expect(error?.code == .failed)
        #expect(error?.message.hasPrefix("record 1: ") == true)
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "nothing")")
    }

    @Test func anOutputThatMustBeThereIsMissed() throws {
        let schema = Self.sparse.with("required", ["s"])
        let error = #expect(throws: PredictionError.self) {
            try predict(
                RecordInference(Mirror(input: Self.amount, output: schema)), [request(column("amount", "FP64", "[1]"))])[
                    0
                ].get()
        }
        #expect(error?.message.contains("the model's output has no 's'") == true)
    }

    /// A column of a byte an element could else make rows of any number.
    @Test func recordsHaveABound() {
        let json = request(
            #"{"name":"amount","datatype":"UINT8","shape":[1000001],"parameters":{"binary_data_size":1000001}}"#)
        let error = #expect(throws: PredictionError.self) {
            try predict(
                RecordInference(Mirror(input: Self.amount, output: Self.number)), [json],
                blobs: [UInt8](repeating: 0, count: 1_000_001))[0].get()
        }
        #expect(error?.message.contains("send at most 1000000") == true)
    }
}
