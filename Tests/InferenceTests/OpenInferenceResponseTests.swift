import SibylInference
import SibylJSON
import SibylModel
import Testing

/// Infer responses, and which requests fit which models.
@Suite struct OpenInferenceResponseTests {
    /// The outputs are the inputs.
    private func outputs(_ request: InferRequest) -> [InferResponse.Output] {
        request.inputs.map { InferResponse.Output(name: $0.name, tensor: $0.tensor, nulls: $0.nulls) }
    }

    @Test func aResponseInJSONHasAllThatBelongsThere() throws {
        let json =
            #"{"id":"q\n1","inputs":[{"name":"a","datatype":"INT8","shape":[2,1],"data":[[-1],[2]]},"#
            + #"{"name":"b\"","datatype":"BYTES","shape":[2],"data":["x\u00e9\"",null]}]}"#
        let reply = try response(to: json, outputs)
        #expect(
            reply.json == #"{"model_name":"echo","model_version":"1.0.0","id":"q\n1","outputs":["#
                + #"{"name":"a","datatype":"INT8","shape":[2,1],"data":[-1,2]},"#
                + #"{"name":"b\"","datatype":"BYTES","shape":[2],"data":["xé\"",null]}]}"#)
        #expect(reply.blobs.isEmpty)
    }

    @Test func eachOutputIsInTheFormThatItIsAskedForIn() throws {
        let json =
            #"{"inputs":[{"name":"a","datatype":"UINT16","shape":[2],"data":[1,258]},"#
            + #"{"name":"b","datatype":"BYTES","shape":[2],"data":["","xyz"]},"#
            + #"{"name":"c","datatype":"BOOL","shape":[2],"data":[true,false]}],"#
            + #""outputs":[{"name":"a"},{"name":"b"},{"name":"c","parameters":{"binary_data":false}}],"#
            + #""parameters":{"binary_data_output":true}}"#
        let reply = try response(to: json, blobs: [], outputs)
        #expect(
            reply.json == #"{"model_name":"echo","model_version":"1.0.0","outputs":["#
                + #"{"name":"a","datatype":"UINT16","shape":[2],"parameters":{"binary_data_size":4}},"#
                + #"{"name":"b","datatype":"BYTES","shape":[2],"parameters":{"binary_data_size":11}},"#
                + #"{"name":"c","datatype":"BOOL","shape":[2],"data":[true,false]}]}"#)
        #expect(reply.blobs == [1, 0, 2, 1, 0, 0, 0, 0, 3, 0, 0, 0, 120, 121, 122])
    }

    /// Every datatype through both forms and back: what is read of a response is what it was written from.
    @Test(arguments: [
        ("BOOL", "[true,false,true]"), ("UINT8", "[0,255,7]"), ("UINT16", "[0,65535,7]"),
        ("UINT32", "[0,4294967295,7]"),
        ("UINT64", "[0,18446744073709551615,7]"), ("INT8", "[-128,127,7]"), ("INT16", "[-32768,32767,7]"),
        ("INT32", "[-2147483648,2147483647,7]"), ("INT64", "[-9223372036854775808,9223372036854775807,7]"),
        ("FP16", "[0.0999755859375,-65504.0,6e-08]"), ("BF16", "[0.10009765625,-2.0,1e-40]"),
        ("FP32", "[0.1,-3.4028235e+38,1e-45]"), ("FP64", "[0.1,-1e+300,5e-324]"), ("BYTES", #"["","a\\\"b","é😀"]"#),
    ])
    func everyDatatypeMakesTheRoundTrip(_ datatype: String, _ data: String) throws {
        func inputs(of reply: (json: String, blobs: [UInt8])) -> String {
            reply.json.replacing("\"outputs\":", with: "\"inputs\":")
        }
        let first = try response(to: request(datatype, "[3]", #""data":\#(data)"#), outputs)
        let binary = inputs(of: first).dropLast() + #","parameters":{"binary_data_output":true}}"#
        let second = try response(to: String(binary), blobs: [], outputs)
        #expect(!second.blobs.isEmpty)
        let third = try response(to: inputs(of: second), blobs: second.blobs, outputs)
        #expect(third.json == first.json)
        if datatype != "BF16" && datatype != "FP16" {
            #expect(first.json.contains(#""data":\#(data)}"#), "\(first.json)")
        }
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func whatIsNotFiniteGoesAsBinaryAlone(_ number: Float) throws {
        let rest = #""parameters":{"binary_data_size":4}"#
        let blob = packed([number])
        let error = #expect(throws: PredictionError.self) {
            try response(to: request("FP32", "[1]", rest), blobs: blob, outputs)
        }
        #expect(error?.code == .failed)
        #expect(error?.message.contains("output 'x': element 0 is not a finite number") == true)
        let asked = request("FP32", "[1]", rest).dropLast() + #","parameters":{"binary_data_output":true}}"#
        #expect(try response(to: String(asked), blobs: blob, outputs).blobs == blob)
    }

    @Test func whatIsNotUTF8GoesAsBinaryAlone() throws {
        let json = request("BYTES", "[1]", #""parameters":{"binary_data_size":5}"#)
        let error = #expect(throws: PredictionError.self) {
            try response(to: json, blobs: [1, 0, 0, 0, 0xFF], outputs)
        }
        #expect(error?.message.contains("output 'x': element 0 is not UTF-8") == true)
    }

    // MARK: - Requests and models

    private let directory = TensorDirectory(
        TensorSignature(
            inputs: [TensorSpec("a", .float32, shape: [-1, 2]), TensorSpec("b", .int64, shape: [])],
            outputs: [TensorSpec("y", .float32, shape: [-1]), TensorSpec("z", .string, shape: [-1])]))

    private func body(_ a: String, _ b: String = #"{"name":"b","datatype":"INT64","shape":[],"data":[7]}"#) -> String {
        #"{"inputs":[\#(b),\#(a)]}"#
    }

    @Test func tensorsComeInTheOrderOfTheModel() throws {
        let json = body(#"{"name":"a","datatype":"FP32","shape":[1,2],"data":[1,2]}"#)
        try withRequest(json) { request in
            let tensors = try directory.tensors(of: request)
            #expect(tensors.map(\.type) == [.float32, .int64])
            #expect(tensors[1].elements(Int64.self) == [7])
            #expect(try directory.outputs(of: request) == [0, 1])
        }
        try withRequest(#"{"inputs":[],"outputs":[{"name":"z"},{"name":"y"}]}"#) { request in
            let places = try directory.outputs(of: request)
            #expect(places == [1, 0])
        }
    }

    @Test(arguments: [
        (
            #"{"name":"a","datatype":"FP64","shape":[1,2],"data":[1,2]}"#,
            "input 'a' is FP64, and the model takes FP32", "/inputs/1/datatype"
        ),
        (
            #"{"name":"a","datatype":"FP32","shape":[2],"data":[1,2]}"#,
            "input 'a' has the shape [2], and the model takes [-1, 2]", "/inputs/1/shape"
        ),
        (#"{"name":"a","datatype":"FP32","shape":[2,1],"data":[1,2]}"#, "the model takes [-1, 2]", "/inputs/1/shape"),
        (
            #"{"name":"c","datatype":"FP32","shape":[1,2],"data":[1,2]}"#, "no input 'c'; it has 'a', 'b'",
            "/inputs/1/name"
        ),
        (#"{"name":"b","datatype":"INT64","shape":[],"data":[1]}"#, "input 'b' is there twice", "/inputs/1/name"),
        (
            #"{"name":"a","datatype":"FP32","shape":[1,2],"data":[1,null]}"#, "element 1 of input 'a' is null",
            "/inputs/1/data"
        ),
    ])
    func aTensorThatDoesNotFitIsTold(_ input: String, _ part: String, _ path: String) throws {
        try withRequest(body(input)) { request in
            let error = #expect(throws: PredictionError.self) { try directory.tensors(of: request) }
            #expect(error?.code == .invalidInput)
            #expect(error?.message.contains(part) == true, "\(error?.message ?? "nothing")")
            #expect(error?.violations.map(\.path) == [path])
        }
    }

    @Test func whatIsMissingIsTold() throws {
        try withRequest(#"{"inputs":[],"outputs":[{"name":"w"}]}"#) { request in
            let error = #expect(throws: PredictionError.self) { try directory.tensors(of: request) }
            #expect(error?.message == "input 'a' is missing")
            let other = #expect(throws: PredictionError.self) { try directory.outputs(of: request) }
            #expect(other?.message == "the model has no output 'w'; it has 'y', 'z'")
        }
        try withRequest(#"{"inputs":[],"outputs":[{"name":"y"},{"name":"y"}]}"#) { request in
            let error = #expect(throws: PredictionError.self) { try directory.outputs(of: request) }
            #expect(error?.message == "output 'y' is asked for twice")
        }
    }
}
