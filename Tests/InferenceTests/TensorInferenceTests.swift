import SibylInference
import SibylModel
import Testing

/// JSON in, JSON out.
@Suite struct TensorInferenceTests {
    @Test func aTableIsAnArrayOrARecord() throws {
        #expect(try TensorInference(RowSums()).answer(#"{"X": [1, 2.5, 3]}"#) == #"{"sum":6.5,"count":3}"#)
        let named = try TensorInference(
            RowSums(), ["inputs": [["tensor": "X", "features": ["a", "b", ["name": "c", "default": 0.5]]]]])
        #expect(named.answer(#"{"b": 2, "a": 1, "c": 3}"#) == #"{"sum":6.0,"count":3}"#)
        #expect(named.answer(#"{"a": 1, "b": 2}"#) == #"{"sum":3.5,"count":3}"#)
        // Of a member that stands twice the last counts.
        #expect(named.answer(#"{"a": 1, "b": 2, "a": 5}"#) == #"{"sum":7.5,"count":3}"#)
    }

    @Test func whatDoesNotMeetTheSchemaIsRefused() throws {
        let model = try TensorInference(RowSums())
        #expect(model.answer("{").hasPrefix("malformedPayload: the payload is not JSON"))
        #expect(model.answer(#"{"X": [1, 2]}"#).hasPrefix("invalidInput"))
        #expect(model.answer(#"{"X": [1, "2", 3]}"#).contains(#"/X/1: must be a number, but is "2""#))
        #expect(model.answer(#"{"X": [1, 2, 3], "Y": 1}"#).contains("/Y"))
        #expect(model.answer(#"{"X": [1, 2, null]}"#).contains("/X/2: must be a number, but is null"))
    }

    @Test func manyAreOneRunAndGetWhatTheyGetAlone() throws {
        let sums = RowSums()
        let model = try TensorInference(sums)
        let payloads = (0..<50).map { #"{"X": [\#($0), \#($0 * 2).5, -0.25]}"# }
        let together = model.answers(payloads)
        #expect(sums.runs.shapes == [[50, 3]])
        #expect(together == payloads.map(model.answer))
        #expect(together[3] == #"{"sum":9.25,"count":3}"#)
    }

    @Test func aRunHasNoMoreItemsThanItMay() throws {
        let sums = RowSums()
        let model = try TensorInference(sums, ["batching": ["maximum": 4]])
        let answers = model.answers((0..<10).map { #"{"X": [\#($0), 0, 0]}"# })
        #expect(sums.runs.shapes == [[4, 3], [4, 3], [2, 3]])
        #expect(answers == (0..<10).map { #"{"sum":\#($0).0,"count":3}"# })
    }

    @Test func oneBadInputFailsAlone() throws {
        let sums = RowSums()
        let model = try TensorInference(sums)
        let answers = model.answers((663..<671).map { $0 == 668 ? #"{"X": []}"# : #"{"X": [\#($0), 0, 0]}"# })
        for (number, answer) in zip(663..<671, answers) {
            switch number {
            case 666: #expect(answer == "failed: the model failed: BadLuck()")
            case 668: #expect(answer.hasPrefix("invalidInput"))
            default: #expect(answer == #"{"sum":\#(number).0,"count":3}"#)
            }
        }
        // Seven are computed: the half with the bad one is halved until it is alone.
        #expect(sums.runs.shapes.map { $0[0] } == [7, 3, 4, 2, 1, 1, 2])
    }

    @Test func whenAllFailEachIsTold() throws {
        let sums = RowSums()
        let answers = try TensorInference(sums).answers([String](repeating: #"{"X": [666, 0, 0]}"#, count: 8))
        #expect(answers == [String](repeating: "failed: the model failed: BadLuck()", count: 8))
        #expect(sums.runs.shapes.count == 15)
    }

    @Test func aModelThatCanNotBatchRunsOneByOne() throws {
        let echo = Echo(TensorSpec("x", .float32, shape: [2]))
        let model = try TensorInference(echo)
        #expect(
            model.answers([#"{"x": [1, 2]}"#, #"{"x": 1}"#, #"{"x": [3, 4]}"#]).map { $0.prefix(12) }
                == [#"{"x":[1.0,2."#, "invalidInput", #"{"x":[3.0,4."#])
        #expect(echo.runs.shapes == [[2], [2]])
    }

    @Test func raggedInputsRunWithThoseOfTheirShape() throws {
        let echo = Echo(TensorSpec("x", .int32, shape: [-1, -1, 2]))
        let model = try TensorInference(echo)
        let payloads = [
            #"{"x": [[1, 2]]}"#, #"{"x": []}"#, #"{"x": [[3, 4], [5, 6]]}"#, #"{"x": [[7, 8]]}"#,
            #"{"x": [[1, 2], [3]]}"#,
        ]
        let answers = model.answers(payloads)
        #expect(answers[0...3] == [#"{"x":[[1,2]]}"#, #"{"x":[]}"#, #"{"x":[[3,4],[5,6]]}"#, #"{"x":[[7,8]]}"#])
        #expect(answers[4].hasPrefix("invalidInput"))
        #expect(echo.runs.shapes == [[2, 1, 2], [1, 0, 2], [1, 2, 2]])
    }

    @Test func arraysOfOneLevelHaveOneLength() throws {
        let model = try TensorInference(Echo(TensorSpec("x", .int32, shape: [-1, -1, -1])))
        #expect(
            model.answers([#"{"x": [[1, 2], [3]]}"#, #"{"x": [[], []]}"#, #"{"x": [[1], [2]]}"#]) == [
                "invalidInput: the input does not fit the model's tensors in 1 place; /x/1: must be an array of 2, as those "
                    + "beside it",
                #"{"x":[[],[]]}"#, #"{"x":[[1],[2]]}"#,
            ])
        // What the lengths of the first arrays promise is never made room for.
        let wide = "[" + [String](repeating: "0", count: 40_000).joined(separator: ",") + "]"
        let tall = [String](repeating: "[]", count: 40_000).joined(separator: ",")
        #expect(model.answer(#"{"x": [\#(wide),\#(tall)]}"#).hasPrefix("invalidInput"))
    }

    /// What the schema can't tell is found while the elements are gathered, when some of them are there already.
    @Test func whatDoesNotFitLeavesNothingBehind() throws {
        let echo = Echo(TensorSpec("x", .float32, shape: [-1, 2]), TensorSpec("y", .string, shape: [-1]))
        let payloads = [#"{"x":[1.0,2.0],"y":"a"}"#, #"{"y":"b","x":[3,1e39]}"#, #"{"x":[5.0,6.0],"y":"c"}"#]
        let answers = try TensorInference(echo).answers(payloads)
        #expect(answers[0] == payloads[0] && answers[2] == payloads[2])
        #expect(answers[1].hasSuffix("/x/1: must be a value that float32 holds, but is 1e39"))
        #expect(echo.runs.shapes == [[2, 2]])
    }

    @Test func severalInputsAreOneRecord() throws {
        let echo = Echo(
            TensorSpec("age", .float32, shape: [-1, 1]), TensorSpec("city", .string, shape: [-1, 1]),
            TensorSpec("scores", .float64, shape: [-1, 2]))
        let model = try TensorInference(echo)
        let payloads = [
            #"{"age":36.5,"city":"Wien","scores":[1.0,2.0]}"#,
            #"{"age":1.0,"city":"a \"b\" \u00e9","scores":[0.1,-0.0]}"#,
        ]
        #expect(model.answers(payloads) == [payloads[0], #"{"age":1.0,"city":"a \"b\" é","scores":[0.1,-0.0]}"#])
        #expect(echo.runs.shapes == [[2, 1]])
    }

    @Test func defaultsFillWhatIsMissing() throws {
        let echo = Echo(
            TensorSpec("rate", .int64, shape: []), TensorSpec("state", .float32, shape: [2, -1, 3]),
            TensorSpec("names", .string, shape: [2]), TensorSpec("sound", .float32, shape: [-1]))
        let model = try TensorInference(
            echo,
            [
                "inputs": [
                    ["tensor": "rate", "default": 16000], ["tensor": "state", "default": 0],
                    ["tensor": "names", "default": ["a\"", "b"]], ["tensor": "sound", "default": [0.5]],
                ]
            ])
        #expect(
            model.answer("{}")
                == #"{"rate":16000,"state":[[[0.0,0.0,0.0]],[[0.0,0.0,0.0]]],"names":["a\"","b"],"sound":[0.5]}"#)
        #expect(
            model.answer(#"{"rate": 8000, "sound": [1, 2], "names": ["x", "y"], "state": [[], []]}"#)
                == #"{"rate":8000,"state":[[],[]],"names":["x","y"],"sound":[1.0,2.0]}"#)
    }

    @Test func severalThreadsMayPredictAtOnce() async throws {
        let model = try TensorInference(RowSums())
        await withTaskGroup(of: Bool.self) { group in
            for task in 0..<8 {
                group.addTask {
                    (0..<50).allSatisfy { turn in
                        let answers = model.answers((0..<9).map { #"{"X": [\#(task), \#(turn), \#($0)]}"# })
                        return answers == (0..<9).map { #"{"sum":\#(task + turn + $0).0,"count":3}"# }
                    }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
