import SibylInference
import SibylModel
import Testing

/// Models that give what they don't say: nothing crashes, and who asked hears of it.
@Suite struct TensorFaultTests {
    private func answers<Number: BitwiseCopyable & Sendable>(
        _ numbers: [Number], _ type: DataType, _ shape: [Int], says said: [Int], to count: Int = 1,
        _ description: JSONValue = [:]
    ) throws -> [String] {
        let model = try TensorInference(Fixed(numbers, type, shape, says: said), description)
        return model.answers([String](repeating: #"{"X":0}"#, count: count))
    }

    @Test func aBatchThatIsNone() throws {
        // Alone each would be right.
        #expect(try answers([1] as [Float], .float32, [1], says: [-1], to: 2) == [#"{"y":1.0}"#, #"{"y":1.0}"#])
        let answers = try answers([1, 2, 3] as [Float], .float32, [3], says: [-1], to: 2)
        #expect(answers.allSatisfy { $0.contains("in the shape [3] for 1 items") && $0.contains("batch: false") })
        #expect(try self.answers([1] as [Float], .float32, [], says: [-1])[0].hasPrefix("failed: "))
    }

    @Test func otherShapesThanTheyTold() throws {
        let wider = try answers([1, 2] as [Float], .float32, [1, 2], says: [-1, 3])
        #expect(wider[0].contains("in the shape [1, 2], and says [-1, 3]"))
        let deeper = try answers([1, 2] as [Float], .float32, [1, 2, 1], says: [-1, 2])
        #expect(deeper[0].hasPrefix("failed: the model gave y in the shape [1, 2, 1]"))
        let labels: JSONValue = ["outputs": [["tensor": "y", "labels": ["a", "b"]]]]
        #expect(try answers([1] as [Float], .float32, [1, 1], says: [-1, -1], labels)[0].contains("names 2 labels"))
    }

    @Test(arguments: [[1, 3], [1, Int.max], [1, -2], [1, 1 << 40, 1 << 40], [1, 1]])
    func fewerOrMoreElementsThanTheirShape(_ shape: [Int]) throws {
        let said = shape.map { _ in -1 }
        let answer = try answers([1, 2] as [Float], .float32, shape, says: said)[0]
        #expect(answer.hasPrefix("failed: the model gave y without all elements of its shape"), "\(answer)")
    }

    @Test func anotherType() throws {
        let model = try TensorInference(
            Fixed(gives: [TensorSpec("y", .float32, shape: [-1])]) { body in
                try [Int32(1)].withUnsafeBytes { try body([TensorView(.int32, shape: [1], data: $0)]) }
            })
        #expect(model.answer(#"{"X":0}"#) == "failed: the model gave y as int32, and says float32")
    }

    @Test func noOutputsOrTooMany() throws {
        let spec = [TensorSpec("y", .float32, shape: [-1])]
        let silent = try TensorInference(Fixed(gives: spec) { _ in })
        #expect(silent.answer(#"{"X":0}"#) == "failed: the model gave no outputs")
        let empty = try TensorInference(Fixed(gives: spec) { try $0([]) })
        #expect(empty.answer(#"{"X":0}"#) == "failed: the model gave 0 outputs for 1")
    }

    @Test func anOutputTwiceOrAnErrorBehindIt() throws {
        struct Late: Error {}
        let model = try TensorInference(
            Fixed(gives: [TensorSpec("y", .float32, shape: [-1])]) { body in
                try [Float(1), 2].withUnsafeBytes { numbers in
                    try body([TensorView(.float32, shape: [2], data: numbers)])
                    try body([TensorView(.float32, shape: [2], data: numbers)])
                }
                throw Late()
            })
        #expect(model.answers([#"{"X":0}"#, #"{"X":0}"#]) == [#"{"y":1.0}"#, #"{"y":2.0}"#])
    }

    @Test func aClassWithoutALabel() throws {
        let labels: JSONValue = ["outputs": [["tensor": "y", "labels": ["a", "b"]]]]
        for number in [-1, 2, Int64.min, .max] {
            let answer = try answers([number], .int64, [1], says: [-1], labels)[0]
            #expect(answer == "failed: the model's y is class \(number), and its description names 2, counted from 0")
        }
    }

    @Test func bytesThatAreNoText() throws {
        let model = try TensorInference(
            Fixed(gives: [TensorSpec("y", .string, shape: [-1])]) { body in
                try [UInt8(0xFF)].withUnsafeBytes { try body([TensorView(strings: [$0], shape: [1])]) }
            })
        #expect(model.answer(#"{"X":0}"#).hasPrefix("failed: the model's y is no UTF-8"))
    }
}
