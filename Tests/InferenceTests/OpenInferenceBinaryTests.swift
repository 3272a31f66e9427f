import SibylInference
import SibylModel
import Testing

/// Infer requests with the binary tensor extension: views of the payload, and what can be wrong with their bytes.
@Suite struct OpenInferenceBinaryTests {
    private func binary(_ datatype: String, _ shape: String, _ size: Int) -> String {
        request(datatype, shape, #""parameters":{"binary_data_size":\#(size)}"#)
    }

    @Test func elementsAreTheFramesOwn() throws {
        let json = binary("FP32", "[2,2]", 16)
        let bytes = Array(json.utf8) + packed([1, 2, 3, Float.nan])
        try bytes.withUnsafeBytes { bytes in
            let request = try InferRequest(
                Payload(bytes, form: .openInferenceBinary(jsonLength: json.utf8.count)))
            let tensor = request.inputs[0].tensor
            #expect(tensor.data.baseAddress == bytes.baseAddress.map { $0 + json.utf8.count })
            #expect(tensor.data.count == 16)
            #expect(tensor.shape == [2, 2])
        }
    }

    @Test func everyNumberIsTaken() throws {
        for type in DataType.allCases {
            guard let size = type.byteCount else { continue }
            let blob = (0..<3 * size).map { type == .bool ? UInt8($0 % 2) : UInt8($0) }
            try withRequest(binary(type.openInferenceName, "[3,1]", 3 * size), blobs: blob) { request in
                #expect(request.inputs[0].tensor.type == type)
                #expect(Array(request.inputs[0].tensor.data) == blob)
            }
        }
    }

    @Test func stringsHaveTheirLengthsBeforeThem() throws {
        let texts = ["", "abc", "é\0\n", String(repeating: "x", count: 300)]
        let blob = packed(texts)
        try withRequest(binary("BYTES", "[2,2]", blob.count), blobs: blob) { request in
            #expect(request.inputs[0].tensor.texts == texts)
        }
    }

    @Test func tensorsOfBothKindsMix() throws {
        let json = #"""
            {"inputs":[{"name":"a","datatype":"INT16","shape":[2],"parameters":{"binary_data_size":4}},
             {"name":"b","datatype":"FP64","shape":[1],"data":[0.5]},
             {"parameters":{"binary_data_size":5},"name":"c","datatype":"BYTES","shape":[1]},
             {"name":"d","datatype":"FP32","shape":[0,7],"parameters":{"binary_data_size":0}}],
             "outputs":[{"name":"y"},{"name":"z","parameters":{"binary_data":false}}],
             "parameters":{"binary_data_output":true}}
            """#
        try withRequest(json, blobs: packed([7, -7] as [Int16]) + packed(["q"])) { request in
            #expect(request.inputs.map(\.name) == ["a", "b", "c", "d"])
            #expect(request.inputs[0].tensor.elements(Int16.self) == [7, -7])
            #expect(request.inputs[1].tensor.elements(Double.self) == [0.5])
            #expect(request.inputs[2].tensor.texts == ["q"])
            #expect(request.inputs[3].tensor.shape == [0, 7])
        }
    }

    /// The blobs belong to the inputs that count.
    @Test func inputsThatStandTwiceTakeTheirBytesOnce() throws {
        let input = #"[{"name":"x","datatype":"UINT8","shape":[2],"parameters":{"binary_data_size":2}}]"#
        try withRequest(#"{"inputs":\#(input),"inputs":\#(input)}"#, blobs: [5, 6]) { request in
            #expect(request.inputs.map { Array($0.tensor.data) } == [[5, 6]])
        }
    }

    // MARK: - Faults

    @Test(arguments: [
        ("FP32", "[2]", 8, 7, "only 7 bytes are left"), ("FP32", "[2]", 8, 9, "1 bytes are left behind"),
        ("FP32", "[2]", 4, 4, "takes 8 bytes of FP32, its binary_data_size is 4"),
        ("FP32", "[2]", 12, 12, "takes 8 bytes"),
        ("BOOL", "[2]", 2, 2, "a BOOL is 0 or 1"), ("BYTES", "[2]", 7, 7, "too short for 2 elements"),
        ("BYTES", "[1]", 8, 8, "goes beyond"), ("BYTES", "[1000000]", 4, 4, "too short"),
        ("FP64", "[134217728]", 8, 8, "takes 1073741824 bytes"),
    ])
    func bytesThatAreNotTheTensorsAreTold(
        _ datatype: String, _ shape: String, _ size: Int, _ actual: Int, _ part: String
    ) {
        let fault = fault(binary(datatype, shape, size), blobs: [UInt8](repeating: 9, count: actual))
        #expect(fault?.code == .malformedPayload)
        #expect(fault?.message.contains(part) == true, "\(fault?.message ?? "nothing")")
        if !part.contains("behind") { #expect(fault?.message.contains("input 'x'") == true) }
    }

    @Test func whatIsLeftOfStringsIsTold() {
        let blob = packed(["ab"]) + [0]
        #expect(fault(binary("BYTES", "[1]", 7), blobs: blob)?.message.contains("1 bytes are left of its") == true)
        // A length that no frame has.
        let huge: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0]
        #expect(fault(binary("BYTES", "[1]", 5), blobs: huge)?.message.contains("goes beyond") == true)
    }

    @Test func elementsComeFromOnePlace() {
        let both = request("UINT8", "[1]", #""data":[1],"parameters":{"binary_data_size":1}"#)
        #expect(fault(both, blobs: [1])?.message.contains("both \"data\" and \"binary_data_size\"") == true)
        #expect(fault(request("UINT8", "[1]", #""parameters":{}"#), blobs: [1])?.message.contains("neither") == true)
        #expect(fault(binary("UINT8", "[1]", 1))?.message.contains("has no place for binary data") == true)
        let negative = request("UINT8", "[1]", #""parameters":{"binary_data_size":-1}"#)
        #expect(fault(negative, blobs: [1])?.message.contains("from 0 on") == true)
    }

    @Test(arguments: [-1, 3, Int.max, Int.min])
    func aLengthOfTheJSONBeyondThePayloadIsTold(_ length: Int) {
        #expect(throws: PredictionError.self) {
            try Array("{}".utf8).withUnsafeBytes { bytes in
                _ = try InferRequest(Payload(bytes, form: .openInferenceBinary(jsonLength: length)))
            }
        }
    }
}
