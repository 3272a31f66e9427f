import SibylInference
import SibylModel
import Testing

/// What each data type takes from JSON, and gives.
@Suite struct TensorDataTests {
    @Test(
        arguments: [
            (.bool, "[true,false]"), (.uint8, "[0,255]"), (.uint16, "[0,65535]"), (.uint32, "[0,4294967295]"),
            (.uint64, "[0,18446744073709551615]"), (.int8, "[-128,127]"), (.int16, "[-32768,32767]"),
            (.int32, "[-2147483648,2147483647]"), (.int64, "[-9223372036854775808,9223372036854775807]"),
            (.float16, "[-65504.0,5.9604645e-08,0.0]"), (.bfloat16, "[-3.3895314e+38,9.1835e-41,0.5]"),
            (.float32, "[3.4028235e+38,1e-45,0.1,-0.0]"), (.float64, "[1.7976931348623157e+308,5e-324,0.1]"),
            (.string, #"["","a\"b\\c","é€😀","\u0001"]"#),
        ] as [(DataType, String)])
    func everyTypeGivesWhatItGets(_ type: DataType, _ elements: String) throws {
        let payload = #"{"x":\#(elements)}"#
        #expect(
            try TensorInference(Echo(TensorSpec("x", type, shape: [-1])), ["batch": false]).answer(payload) == payload)
        let batched = try TensorInference(Echo(TensorSpec("x", type, shape: [-1, -1])))
        #expect(batched.answers([payload, #"{"x":[]}"#, payload]) == [payload, #"{"x":[]}"#, payload])
        // Scalars.
        let scalars = try TensorInference(Echo(TensorSpec("x", type, shape: [-1])))
        let payloads = try JSONDocument().withParsed(Array(elements.utf8)) { list in
            list.elements.map { #"{"x":\#(String(decoding: $0.source, as: UTF8.self))}"# }
        }
        #expect(scalars.answers(payloads) == payloads)
    }

    @Test(
        arguments: [
            (.float16, "65520"), (.bfloat16, "3.4e38"), (.float32, "1e39"), (.uint64, "18446744073709551616"),
            (.int64, "9223372036854775808"), (.uint8, "256"), (.int8, "-129"), (.int32, "1.5"), (.bool, "1"),
            (.string, "1"), (.float64, "null"), (.float32, #""NaN""#),
        ] as [(DataType, String)])
    func whatATypeCanNotHoldIsRefused(_ type: DataType, _ element: String) throws {
        let model = try TensorInference(Echo(TensorSpec("x", type, shape: [-1])))
        let answers = model.answers([#"{"x":\#(element)}"#])
        #expect(answers[0].hasPrefix("invalidInput") && answers[0].contains("/x: must be "), "\(answers)")
        let arrays = try TensorInference(Echo(TensorSpec("x", type, shape: [-1, 2])))
        #expect(arrays.answer(#"{"x":[\#(element),\#(element)]}"#).contains("/x/0: must be "))
    }

    @Test func numbersAreRoundedToTheNearest() throws {
        let halves = try TensorInference(Echo(TensorSpec("x", .float16, shape: [-1])))
        #expect(halves.answers([#"{"x":0.1}"#, #"{"x":65519}"#]) == [#"{"x":0.099975586}"#, #"{"x":65504.0}"#])
        let floats = try TensorInference(Echo(TensorSpec("x", .float32, shape: [-1])))
        #expect(floats.answer(#"{"x":16777217}"#) == #"{"x":16777216.0}"#)
        // Whole numbers are exact however they are written.
        let integers = try TensorInference(Echo(TensorSpec("x", .int64, shape: [-1])))
        #expect(
            integers.answers([#"{"x":1e3}"#, #"{"x":9007199254740993}"#]) == [
                #"{"x":1000}"#, #"{"x":9007199254740993}"#,
            ])
    }

    @Test func nullIsNotANumberWhereTheDescriptionSaysSo() throws {
        for type in [DataType.float16, .bfloat16, .float32, .float64] {
            let echo = Echo(TensorSpec("x", type, shape: [-1]), TensorSpec("y", type, shape: [-1, 2]))
            let description: JSONValue = [
                "inputs": [["tensor": "x", "nullable": true], ["tensor": "y", "nullable": true]],
                "outputs": [["tensor": "x", "nullable": true], ["tensor": "y", "nullable": true]],
            ]
            let model = try TensorInference(echo, description)
            #expect(
                model.answers([#"{"x":null,"y":[1,null]}"#, #"{"y":[null,2]}"#, #"{"x":1}"#]).map {
                    String($0.prefix(26))
                }
                    == [#"{"x":null,"y":[1.0,null]}"#, #"{"x":null,"y":[null,2.0]}"#, "invalidInput: the input do"])
        }
    }

    @Test func aNumberThatIsNotFiniteFailsOrIsNull() throws {
        for number in [Float.nan, .infinity, -.infinity] {
            let strict = try TensorInference(Fixed([1, number], .float32, [1, 2], says: [-1, 2]))
            #expect(strict.answer(#"{"X":1}"#).hasPrefix("failed: the model's y has a number that is not finite"))
            let lenient = try TensorInference(
                Fixed([1, number], .float32, [1, 2], says: [-1, 2]), ["outputs": [["tensor": "y", "nullable": true]]])
            #expect(lenient.answer(#"{"X":1}"#) == #"{"y":[1.0,null]}"#)
        }
    }

    @Test func oneNumberThatIsNotFiniteHarmsNoOtherItem() throws {
        let three = [TensorSpec("X", .float32, shape: [-1])]
        let model = try TensorInference(Fixed([1, Float.nan, 3], .float32, [3], says: [-1], for: three))
        let answers = model.answers([String](repeating: #"{"X":0}"#, count: 3))
        #expect(answers[0] == #"{"y":1.0}"# && answers[1].hasPrefix("failed: ") && answers[2] == #"{"y":3.0}"#)
    }

    @Test func labelsNameIntegersAndColumns() throws {
        let classifier = Fixed(
            gives: [TensorSpec("label", .int64, shape: [-1]), TensorSpec("p", .float32, shape: [-1, -1, 2])]
        ) { body in
            try [Int64(1), 0].withUnsafeBytes { labels in
                try [Float(0.25), 0.75, 1, 0].withUnsafeBytes { shares in
                    try body([
                        TensorView(.int64, shape: [2], data: labels),
                        TensorView(.float32, shape: [2, 1, 2], data: shares),
                    ])
                }
            }
        }
        let model = try TensorInference(
            classifier,
            [
                "outputs": [
                    ["tensor": "label", "name": "answer", "labels": ["no", "yes \"!\""]],
                    ["tensor": "p", "labels": ["no", "yes"]], ["tensor": "label", "name": "number"],
                ]
            ])
        #expect(
            model.answers([#"{"X":0}"#, #"{"X":0}"#]) == [
                #"{"answer":"yes \"!\"","p":[{"no":0.25,"yes":0.75}],"number":1}"#,
                #"{"answer":"no","p":[{"no":1.0,"yes":0.0}],"number":0}"#,
            ])
    }
}
