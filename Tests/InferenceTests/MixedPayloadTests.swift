import SibylInference
import SibylModel
import Synchronization
import Testing

/// Infer requests and records of one model, together and alone.
@Suite struct MixedPayloadTests {
    private typealias Given = (bytes: [UInt8], form: PayloadForm)

    private func record(_ json: String) -> Given { (Array(json.utf8), .json) }

    private func infer(_ json: String) -> Given { (Array(json.utf8), .openInference) }

    /// Rows of three for `RowSums`, as bytes.
    private func binary(_ numbers: [Float], rows: Int, outputs: String = "") -> Given {
        let json =
            #"{"inputs":[{"name":"X","datatype":"FP32","shape":[\#(rows),3],"parameters":{"binary_data_size":\#(numbers.count * 4)}}]\#(outputs)}"#
        return (Array(json.utf8) + packed(numbers), .openInferenceBinary(jsonLength: json.utf8.count))
    }

    private func rows(_ data: String, _ count: Int, outputs: String = "") -> Given {
        infer(#"{"inputs":[{"name":"X","datatype":"FP32","shape":[\#(count),3],"data":[\#(data)]}]\#(outputs)}"#)
    }

    private func response(_ outputs: String) -> String {
        #"{"model_name":"fake","model_version":"1.0.0","outputs":[\#(outputs)]}"#
    }

    private func sums(_ sums: String, _ count: Int) -> String {
        #"{"name":"sum","datatype":"FP32","shape":[\#(count),1],"data":[\#(sums)]}"#
    }

    private func counts(_ counts: String, _ count: Int) -> String {
        #"{"name":"count","datatype":"INT64","shape":[\#(count)],"data":[\#(counts)]}"#
    }

    @Test func allFormsShareOneRun() throws {
        let model = RowSums()
        let answers = try TensorInference(model).answers([
            record(#"{"X":[1,2,3]}"#), rows("1,0,0, 0,2,0", 2), record(#"{"X":[1]}"#),
            binary([5, 5, 5], rows: 1, outputs: #","outputs":[{"name":"sum","parameters":{"binary_data":true}}]"#),
            rows("7,0,0", 1, outputs: #","outputs":[{"name":"count"},{"name":"sum"}]"#), record(#"{"X":[0,0,9]}"#),
        ])
        #expect(answers[0] == #"{"sum":6.0,"count":3}"#)
        #expect(answers[1] == response(sums("1.0,2.0", 2) + "," + counts("3,3", 2)))
        #expect(answers[2].hasPrefix("invalidInput"))
        let sum = #"{"name":"sum","datatype":"FP32","shape":[1,1],"parameters":{"binary_data_size":4}}"#
        #expect(answers[3] == response(sum) + " + \(packed([Float(15)]))")
        #expect(answers[4] == response(counts("3", 1) + "," + sums("7.0", 1)))
        #expect(answers[5] == #"{"sum":9.0,"count":3}"#)
        #expect(model.runs.shapes == [[6, 3]])
    }

    @Test func itemsOfARequestCountTowardsTheMaximum() throws {
        let model = RowSums()
        let zeros = [Float](repeating: 0, count: 18)
        let answers = try TensorInference(model, ["batching": ["maximum": 4]]).answers([
            record(#"{"X":[1,2,3]}"#), binary(zeros, rows: 6), record(#"{"X":[1,2,3]}"#), rows("0,0,0,0,0,0,0,0,0", 3),
        ])
        #expect(model.runs.shapes == [[1, 3], [6, 3], [4, 3]])
        #expect(answers.allSatisfy { !$0.hasPrefix("failed") && !$0.hasPrefix("invalid") })
    }

    @Test func aRequestThatFailsHarmsNoOther() throws {
        let answers = try TensorInference(RowSums()).answers([
            record(#"{"X":[1,2,3]}"#), rows("0,0,0,0,666,0", 2), rows("1,1,1", 1), infer("{}"),
            infer(#"{"inputs":[{"name":"X","datatype":"FP32","shape":[1,2],"data":[1,2]}]}"#),
        ])
        #expect(answers[0] == #"{"sum":6.0,"count":3}"#)
        #expect(answers[1] == "failed: the model failed: BadLuck()")
        #expect(answers[2] == response(sums("3.0", 1) + "," + counts("3", 1)))
        #expect(answers[3].hasPrefix("malformedPayload"))
        #expect(answers[4].hasPrefix("invalidInput: input 'X' has the shape [1, 2]"))
    }

    @Test func tensorsThatAreAloneAreNotCopied() throws {
        let addresses = Mutex<[Int]>([])
        let spec = TensorSpec("x", .uint8, shape: [-1, -1])
        let model = try TensorInference(
            Watched(signature: TensorSignature(inputs: [spec], outputs: [spec])) { inputs in
                addresses.withLock { $0.append(Int(bitPattern: inputs[0].data.baseAddress)) }
            })
        func payload(_ columns: Int) -> Given {
            let json =
                #"{"inputs":[{"name":"x","datatype":"UINT8","shape":[1,\#(columns)],"parameters":{"binary_data_size":\#(columns)}}]}"#
            return (Array(json.utf8) + [UInt8](1...UInt8(columns)), .openInferenceBinary(jsonLength: json.utf8.count))
        }
        // The second has no company either: nothing else has its shape.
        let payloads = [payload(3), payload(4), payload(3)]
        let bytes = payloads.flatMap(\.bytes)
        var outcomes = PredictionOutcomes()
        bytes.withUnsafeBytes { bytes in
            let base = Int(bitPattern: bytes.baseAddress)
            var begin = 0
            let views = payloads.map { payload in
                defer { begin += payload.bytes.count }
                let bytes = bytes[begin..<begin + payload.bytes.count]
                return Payload(UnsafeRawBufferPointer(rebasing: bytes), form: payload.form)
            }
            model.predict([views[0]], into: &outcomes)
            #expect(addresses.withLock { $0 } == [base + payloads[0].bytes.count - 3])
            model.predict(views, into: &outcomes)
            let second = base + payloads[0].bytes.count + payloads[1].bytes.count - 4
            #expect(addresses.withLock { $0.count == 3 && $0[2] == second })
        }
        #expect(outcomes.outcomes.count == 4)
    }

    @Test func whatTellsNoCommonNumberOfItemsRunsAlone() throws {
        let echo = Echo(TensorSpec("x", .int32, shape: [-1]), TensorSpec("y", .int32, shape: [-1]))
        let model = try TensorInference(echo)
        func pair(_ x: String, _ y: String) -> Given {
            infer(
                #"{"inputs":[{"name":"x","datatype":"INT32","shape":[\#(x.split(separator: ",").count)],"data":[\#(x)]},"#
                    + #"{"name":"y","datatype":"INT32","shape":[\#(y.split(separator: ",").count)],"data":[\#(y)]}]}"#)
        }
        let answers = model.answers([
            pair("1,2", "3"), pair("1", "2"), pair("", ""), record(#"{"x":5,"y":6}"#), pair("7,8", "9"),
        ])
        #expect(
            answers[0]
                == response(
                    #"{"name":"x","datatype":"INT32","shape":[2],"data":[1,2]},"#
                        + #"{"name":"y","datatype":"INT32","shape":[1],"data":[3]}"#))
        #expect(answers[2].contains(#""shape":[0],"data":[]"#))
        #expect(answers[3] == #"{"x":5,"y":6}"#)
        #expect(answers[4].contains(#""shape":[2],"data":[7,8]}"#))
        #expect(echo.runs.shapes == [[2], [2], [0], [2]])
    }

    @Test func anOutputThatHasNoItemsIsGivenAlone() throws {
        let signature = TensorSignature(
            inputs: [TensorSpec("x", .int32, shape: [-1])],
            outputs: [TensorSpec("y", .int32, shape: [-1]), TensorSpec("total", .int32, shape: [])])
        let model = try TensorInference(Totals(signature: signature), ["batch": true, "outputs": ["y"]])
        let request = infer(#"{"inputs":[{"name":"x","datatype":"INT32","shape":[2],"data":[1,2]}]}"#)
        let answers = model.answers([record(#"{"x":4}"#), request, record(#"{"x":5}"#)])
        #expect(answers[0] == #"{"y":4}"# && answers[2] == #"{"y":5}"#)
        #expect(answers[1].contains(#"{"name":"total","datatype":"INT32","shape":[],"data":[3]}"#))
    }

    /// A model that gives as many items as it likes is asked for one request after the other.
    @Test func outputsThatCanNotBeSharedOutAreAskedForOneByOne() throws {
        let model = try TensorInference(Fixed([1, 2, 3] as [Float], .float32, [3], says: [-1]))
        let request = infer(#"{"inputs":[{"name":"X","datatype":"FP32","shape":[1],"data":[0]}]}"#)
        let answer = response(#"{"name":"y","datatype":"FP32","shape":[3],"data":[1.0,2.0,3.0]}"#)
        #expect(model.answers([request, request]) == [answer, answer])
    }

    @Test func stringsOfAllFormsShareOneRun() throws {
        let echo = Echo(TensorSpec("x", .string, shape: [-1, 2]))
        let json = #"{"inputs":[{"name":"x","datatype":"BYTES","shape":[1,2],"parameters":{"binary_data_size":11}}]}"#
        let answers = try TensorInference(echo).answers([
            record(#"{"x":["a","\u0062"]}"#),
            infer(#"{"inputs":[{"name":"x","datatype":"BYTES","shape":[2,2],"data":["c","d","e\"","f"]}]}"#),
            (Array(json.utf8) + packed(["é", "g"]), .openInferenceBinary(jsonLength: json.utf8.count)),
        ])
        #expect(answers[0] == #"{"x":["a","b"]}"#)
        #expect(answers[1].contains(#""shape":[2,2],"data":["c","d","e\"","f"]"#))
        #expect(answers[2].contains(#""shape":[1,2],"data":["é","g"]"#))
        #expect(echo.runs.shapes == [[4, 2]])
    }

    @Test func aModelThatCanNotBatchTakesTensorsOneByOne() throws {
        let echo = Echo(TensorSpec("x", .bool, shape: [2]))
        let request = infer(#"{"inputs":[{"name":"x","datatype":"BOOL","shape":[2],"data":[true,false]}]}"#)
        let answers = try TensorInference(echo).answers([request, record(#"{"x":[false,true]}"#), request])
        #expect(answers[0].contains(#""data":[true,false]"#) && answers[1] == #"{"x":[false,true]}"#)
        #expect(echo.runs.shapes == [[2], [2], [2]])
    }
}

/// Gives its inputs, and shows them.
private struct Watched: TensorModel {
    let signature: TensorSignature
    let look: @Sendable ([TensorView]) -> Void

    func run(_ inputs: [TensorView], outputs: [Int], _ body: ([TensorView]) throws -> Void) throws {
        look(inputs)
        try body(outputs.map { inputs[$0] })
    }
}

/// Gives its input, and the sum of all.
private struct Totals: TensorModel {
    let signature: TensorSignature

    func run(_ inputs: [TensorView], outputs: [Int], _ body: ([TensorView]) throws -> Void) throws {
        try [inputs[0].elements(Int32.self).reduce(0, +)].withUnsafeBytes { total in
            let all = [inputs[0], TensorView(.int32, shape: [], data: total)]
            try body(outputs.map { all[$0] })
        }
    }
}
