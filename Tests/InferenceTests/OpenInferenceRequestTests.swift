import SibylInference
import SibylModel
import Testing

/// Infer requests in JSON: tensors as they are packed.
@Suite struct OpenInferenceRequestTests {
    private func elements<Element: BitwiseCopyable>(
        _ datatype: String, _ data: String, _ type: Element.Type, count: Int
    ) throws -> [Element] {
        try withRequest(request(datatype, "[\(count)]", #""data":[\#(data)]"#)) { request in
            #expect(request.inputs.map(\.name) == ["x"])
            #expect(request.inputs[0].tensor.type.openInferenceName == datatype)
            #expect(request.inputs[0].tensor.shape == [count])
            return request.inputs[0].tensor.elements(type)
        }
    }

    @Test func integersAreReadToTheirLimits() throws {
        #expect(try elements("UINT8", "0, 255, 1.0", UInt8.self, count: 3) == [0, 255, 1])
        #expect(try elements("UINT16", "0,65535", UInt16.self, count: 2) == [0, .max])
        #expect(try elements("UINT32", "0,4294967295", UInt32.self, count: 2) == [0, .max])
        #expect(try elements("UINT64", "0,18446744073709551615", UInt64.self, count: 2) == [0, .max])
        #expect(try elements("INT8", "-128,127,-0", Int8.self, count: 3) == [.min, .max, 0])
        #expect(try elements("INT16", "-32768,32767", Int16.self, count: 2) == [.min, .max])
        #expect(try elements("INT32", "-2147483648,2147483647,2e3", Int32.self, count: 3) == [.min, .max, 2000])
        #expect(
            try elements("INT64", "-9223372036854775808,9223372036854775807", Int64.self, count: 2) == [.min, .max])
    }

    @Test func floatsAreTheNearest() throws {
        #expect(
            try elements("FP64", "0.1,-1e300,5e-324", Double.self, count: 3) == [0.1, -1e300, .leastNonzeroMagnitude])
        #expect(
            try elements("FP32", "0.1,3.4028235e38,16777217,16777217.00000000000000000001", Float.self, count: 4)
                == [0.1, .greatestFiniteMagnitude, 16_777_216, 16_777_218])
        #expect(
            try elements("FP16", "1,-2,65504,65519.99,6e-8,1e-9,1.00048828125,0.1", UInt16.self, count: 8)
                == [0x3C00, 0xC000, 0x7BFF, 0x7BFF, 1, 0, 0x3C00, 0x2E66])
        #expect(
            try elements("BF16", "1,-2,0.1,3.39e38,257,259", UInt16.self, count: 6)
                == [0x3F80, 0xC000, 0x3DCD, 0x7F7F, 0x4380, 0x4382])
    }

    @Test func truthsMayBeBits() throws {
        #expect(try elements("BOOL", "true,false,1,0", UInt8.self, count: 4) == [1, 0, 1, 0])
    }

    @Test func stringsAreTheirMeaning() throws {
        let long = String(repeating: "é\\n", count: 3000)
        let json = request("BYTES", "[4]", #""data":["", "a\"\u00e9\ud83d\ude00", "plain", "\#(long)"]"#)
        try withRequest(json) { request in
            let texts = request.inputs[0].tensor.texts
            #expect(texts == ["", "a\"é😀", "plain", String(repeating: "é\n", count: 3000)])
            #expect(request.inputs[0].tensor.data.isEmpty)
        }
    }

    @Test(arguments: [
        ("[2,3]", "[1,2,3,4,5,6]"), ("[2,3]", "[[1,2,3],[4,5,6]]"), ("[1,6,1]", "[[[1],[2],[3],[4],[5],[6]]]"),
        ("[6]", " [ 1 , 2 , 3 , 4 , 5 , 6 ] "), ("[3,2]", "[[1,2],[3,4],[5,6]]"),
    ])
    func dataAreRowMajorFlatOrNested(_ shape: String, _ data: String) throws {
        try withRequest(request("INT32", shape, #""data":\#(data)"#)) { request in
            #expect(request.inputs[0].tensor.elements(Int32.self) == [1, 2, 3, 4, 5, 6])
            #expect("\(request.inputs[0].tensor.shape)".filter { $0 != " " } == shape)
        }
    }

    @Test(arguments: [
        ("[0]", "[]"), ("[0,3]", "[]"), ("[2,0]", "[[],[]]"), ("[1,0]", "[[]]"), ("[2,0]", "[]"),
    ])
    func aTensorMayBeEmpty(_ shape: String, _ data: String) throws {
        try withRequest(request("FP32", shape, #""data":\#(data)"#)) { request in
            #expect(request.inputs[0].tensor.data.isEmpty)
        }
    }

    @Test func aScalarHasOneElement() throws {
        try withRequest(request("FP64", "[]", #""data":[2.5]"#)) { request in
            #expect(request.inputs[0].tensor.shape == [])
            #expect(request.inputs[0].tensor.elements(Double.self) == [2.5])
        }
    }

    /// Of a member that stands twice the last counts, also where it changes what the data are.
    @Test(arguments: [
        #"{"inputs":[{"data":[1,2],"shape":[2],"name":"x","datatype":"INT16"}]}"#,
        #"{"inputs":[{"datatype":"FP64","data":[1,2],"shape":[2],"name":"x","datatype":"INT16"}]}"#,
        #"{"inputs":[{"datatype":"INT16","data":[3,4,5],"data":[1,2],"shape":[9],"shape":[2],"name":"x"}]}"#,
        #"{"inputs":[],"inputs":[{"name":"y","name":"x","shape":[2],"data":[[[7]]],"data":[1,2],"datatype":"INT16"}]}"#,
    ])
    func membersComeInAnyOrder(_ json: String) throws {
        try withRequest(json) { request in
            #expect(request.inputs.map(\.name) == ["x"])
            #expect(request.inputs[0].tensor.elements(Int16.self) == [1, 2])
        }
    }

    @Test func nullsAreCountedAndHaveSomethingInTheirPlaces() throws {
        try withRequest(request("FP32", "[2,2]", #""data":[[1,null],[null,4]]"#)) { request in
            #expect(request.inputs[0].nulls == [1, 2])
            #expect(request.inputs[0].tensor.elements(Float.self).map(\.isNaN) == [false, true, true, false])
        }
        try withRequest(request("BYTES", "[2]", #""data":[null,"a"]"#)) { request in
            #expect(request.inputs[0].nulls == [0])
            #expect(request.inputs[0].tensor.texts == ["", "a"])
        }
    }

    @Test func whatIsAskedForIsRead() throws {
        let json = #"""
            {"id":"a\u0062\"","unknown":{"x":[1]},"parameters":{"binary_data_output":false,"priority":1},"inputs":[],
             "outputs":[{"name":"b","parameters":{"binary_data":false,"other":[]}},{"name":"a","extra":1}]}
            """#
        try withRequest(json) { request in
            #expect(String(decoding: request.id, as: UTF8.self) == #""a\u0062\"""#)
            #expect(request.outputs.map(\.name) == ["b", "a"])
            #expect(request.outputs.map(\.isBinary) == [false, nil])
        }
    }

    // MARK: - Faults

    @Test(arguments: [
        ("", "not JSON"), ("{", "not JSON"), ("[]", "must be a JSON object"), ("{}", #"no "inputs""#),
        (#"{"inputs":{}}"#, "must be an array"), (#"{"inputs":[1]}"#, "input number 0 must be a JSON object"),
        (#"{"inputs":[]} x"#, "not JSON"), (#"{"inputs":[],"id":7}"#, #""id""#),
        (#"{"inputs":[],"outputs":{}}"#, #""outputs""#), (#"{"inputs":[],"outputs":[{}]}"#, "output number 0"),
        (#"{"inputs":[],"outputs":[{"name":1}]}"#, "must be a string"),
        (#"{"inputs":[],"parameters":1}"#, "parameters"),
        (#"{"inputs":[],"parameters":{"binary_data_output":1}}"#, "true or false"),
        (#"{"inputs":[{"name":"x"}]}"#, "input 'x': it has no \"datatype\""),
        (#"{"inputs":[{"name":"x","datatype":"FP32"}]}"#, "input 'x': it has no \"shape\""),
        (#"{"inputs":[{"datatype":"FP32","shape":[]}]}"#, "input number 0 has no \"name\""),
        (#"{"inputs":[{"name":"x","datatype":"FP33"}]}"#, "input 'x': it has a datatype that is none"),
        (#"{"inputs":[{"name":"x","datatype":"FP32","shape":[1]}]}"#, "neither"),
        (#"{"inputs":[{"name":"x","datatype":"FP32","shape":1}]}"#, "\"shape\" of input 'x' must be an array"),
        (#"{"inputs":[{"name":"x","parameters":{"shared_memory_region":"r"}}]}"#, "shared memory"),
        (#"{"inputs":[],"outputs":[{"name":"y","parameters":{"shared_memory_region":"r"}}]}"#, "output 'y'"),
        (#"{"inputs":[],"outputs":[{"name":"y","parameters":{"classification":3}}]}"#, "classification"),
        (
            #"{"inputs":[],"outputs":[{"name":"y","parameters":{"binary_data":true}}]}"#,
            "output 'y' is asked for as binary"
        ),
        (#"{"inputs":[],"parameters":{"binary_data_output":true}}"#, "all outputs are asked for as binary"),
        (#"{"inputs":[],"outputs":[{"name":"y"}],"parameters":{"binary_data_output":true}}"#, "output 'y'"),
    ])
    func whatIsNoInferRequestIsTold(_ json: String, _ part: String) {
        let fault = fault(json)
        #expect(fault?.code == .malformedPayload)
        #expect(fault?.message.contains(part) == true, "\(fault?.message ?? "nothing")")
    }

    @Test(arguments: [
        ("FP32", "[2]", "[1]", "its shape [2] is of 2 elements"), ("FP32", "[2]", "[1,2,3]", "its \"data\" of 3"),
        ("FP32", "[2,2]", "[[1,2],[3]]", "nested unevenly"), ("FP32", "[2,2]", "[[1,2],3]", "nested unevenly"),
        ("FP32", "[2,2]", "[1,[2]]", "nested unevenly"), ("FP32", "[2,2]", "[[1,2],[3,[4]]]", "nested unevenly"),
        ("FP32", "[2,2]", "[[],[1]]", "nested unevenly"), ("FP32", "[2]", "[[1],[2]]", "is nested as [2, 1]"),
        ("FP32", "[2,3]", "[[1,2],[3,4],[5,6]]", "nested as [3, 2]"), ("FP32", "[1]", "[[[1]],[]]", "unevenly"),
        ("FP32", "[2,0,3]", "[[],[]]", "nested as [2, 0]"),
        ("FP32", "[1]", "1", "no array"), ("FP32", "[1]", "{}", "no array"),
        ("FP32", "[1]", "[{}]", "must be a number"),
        ("FP32", "[1]", "[true]", "element 0 is no FP32"), ("FP32", "[1]", "[\"1\"]", "must be a number"),
        ("FP32", "[2]", "[0,1e39]", "element 1 is 1e39"), ("FP32", "[1]", "[1e999]", "element 0 is beyond"),
        ("FP64", "[1]", "[-1e999]", "element 0 is beyond"), ("FP16", "[1]", "[65520]", "65520"),
        ("BF16", "[1]", "[3.4e38]", "BF16"), ("FP32", "[1]", "[NaN]", "not JSON"),
        ("UINT8", "[1]", "[256]", "element 0 is 256, which UINT8"), ("UINT8", "[1]", "[-1]", "-1"),
        ("INT8", "[1]", "[1.5]", "1.5"), ("UINT64", "[1]", "[18446744073709551616]", "18446744073709551616"),
        ("INT64", "[1]", "[9223372036854775808]", "INT64"), ("INT32", "[1]", "[1e999]", "beyond what INT32"),
        ("BOOL", "[1]", "[2]", "element 0 is 2"), ("BOOL", "[1]", "[\"true\"]", "true or false"),
        ("BYTES", "[1]", "[1]", "must be a string"), ("BYTES", "[2]", "[\"a\",[\"b\"]]", "unevenly"),
        ("FP32", "[-1]", "[1]", "whole number from 0"), ("FP32", "[1.5]", "[1]", "whole number"),
        ("FP32", "[\"1\"]", "[1]", "must be a number"),
        ("FP32", "[0,4611686018427387904,4611686018427387904]", "[]", "more than"),
        ("FP32", "[9223372036854775807,2]", "[1]", "of more than"), ("FP32", "[1e99]", "[1]", "whole number"),
        ("FP32", "[134217729,0]", "[]", "of more than"),
    ])
    func whatIsNoTensorIsToldWithItsName(_ datatype: String, _ shape: String, _ data: String, _ part: String) {
        let fault = fault(request(datatype, shape, #""data":\#(data)"#))
        #expect(fault?.code == .malformedPayload)
        #expect(fault?.message.contains(part) == true, "\(fault?.message ?? "nothing")")
        if !part.contains("JSON") { #expect(fault?.message.contains("input 'x'") == true, "\(fault?.message ?? "")") }
    }

    @Test func nestingAndDimensionsHaveTheirBounds() {
        let deep = String(repeating: "[", count: 100) + "1" + String(repeating: "]", count: 100)
        #expect(fault(request("FP32", "[1]", #""data":\#(deep)"#))?.message.contains("nested deeper") == true)
        let ones = Array(repeating: "1", count: 65).joined(separator: ",")
        #expect(fault(request("FP32", "[\(ones)]", #""data":[1]"#))?.message.contains("64 dimensions") == true)
    }
}
