import SibylProtocol
import Testing

@testable import SibylWorker

/// Arrays of any length are taken apart a part at a time, and are found wrong as if they had been read at once.
@Suite struct BatchItemsTests {
    private func takenApart(_ text: String) throws -> (items: [String], turns: Int) {
        var items = BatchItems()
        var turns = 0
        let bytes = Array(text.utf8)
        try bytes.withUnsafeBytes { bytes in
            while !items.isComplete {
                try items.advance(in: bytes)
                turns += 1
            }
        }
        return (items.ranges.map { String(decoding: bytes[$0], as: UTF8.self) }, turns)
    }

    @Test func aShortArrayTakesOneTurn() throws {
        #expect(try takenApart(" [ ] ") == ([], 1))
        let (items, turns) = try takenApart(#" [1, {"a": [2]} ,"x" , null] "#)
        #expect(items == ["1", #"{"a": [2]}"#, #""x""#, "null"] && turns == 1)
    }

    @Test(arguments: [",", " ,", ", ", " ,\n "])
    func aLongArrayTakesSeveral(separator: String) throws {
        let texts = (0..<50_000).map { $0.isMultiple(of: 2) ? "[\($0), {}]" : #"{"n": \#($0)}"# }
        let (items, turns) = try takenApart("[" + texts.joined(separator: separator) + "]")
        #expect(items == texts && turns > 2)
    }

    @Test(arguments: ["", "]]", ",]", " 1]", "}", "] x", #","\ud800"]"#])
    func whatIsWrongAtTheEndOfALongArrayIsFound(end: String) {
        let text = "[" + [String](repeating: "12345", count: 100_000).joined(separator: ",") + end
        let error = #expect(throws: SibylError.self) { try takenApart(text) }
        #expect(error?.code == .malformedPayload)
        // The place is told from the beginning of the payload.
        #expect(error?.message.contains("59999") == true || error?.message.contains("60000") == true, "\(error!)")
    }

    @Test func theLimitOfNestingIsTheSameInEachPart() throws {
        let deep = String(repeating: "[", count: 63) + String(repeating: "]", count: 63)
        let filler = [String](repeating: "12345", count: 100_000).joined(separator: ",")
        #expect(try takenApart("[\(deep), \(filler), \(deep)]").items.count == 100_002)
        #expect(throws: SibylError.self) { try takenApart("[\(filler), [\(deep)]]") }
    }

    @Test func whatIsNoArrayOrTooLongIsToldApart() {
        let object = #expect(throws: SibylError.self) { try takenApart("{}") }
        #expect(object?.code == .invalidInput)
        let long = "[" + [String](repeating: "0", count: 1_000_001).joined(separator: ",") + "]"
        let error = #expect(throws: SibylError.self) { try takenApart(long) }
        #expect(error?.code == .payloadTooLarge)
    }
}
