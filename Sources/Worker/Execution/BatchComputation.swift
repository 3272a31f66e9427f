internal import SibylCore
internal import SibylJSON
internal import SibylProtocol

/// A batch that is computed a part at a time, with other work in between: what is done, and what is next.
final class BatchComputation {
    /// Items of one turn at most: enough for a model that computes them together, few enough for who waits meanwhile.
    static let chunk = 64

    private(set) var items = BatchItems()
    /// The items whose turn it is; those before are computed.
    private(set) var turn = 0..<0
    /// The array of outputs so far.
    var writer: JSONWriter
    var errors: [ItemError] = []
    /// The time that computing took.
    var computed = Instant.Span.zero

    /// - Parameter capacity: how many bytes the outputs may take together, as a guess.
    init(capacity: Int) {
        writer = JSONWriter(capacity: capacity)
        writer.beginArray()
    }

    /// Items that have not had their turn; 1 while they are not all known.
    var itemsLeft: Int { items.isComplete ? items.ranges.count - turn.upperBound : 1 }
    /// Whether nothing is left once this turn's items are computed.
    var isComplete: Bool { items.isComplete && itemsLeft == 0 }

    /// Takes the next part of the input apart.
    ///
    /// - Throws: as `BatchItems.advance`.
    func takeApart(_ input: UnsafeRawBufferPointer) throws(SibylError) {
        try items.advance(in: input)
    }

    /// Appends the items whose turn it is.
    func appendTurn(of input: UnsafeRawBufferPointer, to payloads: inout [UnsafeRawBufferPointer]) {
        for range in items.ranges[turn] { payloads.append(UnsafeRawBufferPointer(rebasing: input[range])) }
    }

    /// Gives the next items their turn.
    ///
    /// - Returns: how many they are.
    func beginTurn(atMost room: Int) -> Int {
        turn = turn.upperBound..<min(turn.upperBound + min(room, Self.chunk), items.ranges.count)
        return turn.count
    }
}

/// The array of a batch, taken apart a part at a time: at its full length it would hold up who waits.
struct BatchItems {
    /// Bytes taken apart at once: some tenths of a millisecond, as for a chunk of a quick model.
    private static let portion = 256 * 1024

    /// Where each item stands.
    private(set) var ranges: [Range<Int>] = []
    private(set) var isComplete = false
    /// Where the last of them ends.
    private var position = 0

    /// Goes on in the payload, which must be the same each time.
    ///
    /// - Throws: `malformed_payload` for what is no JSON, `invalid_input` for what is no array, `payload_too_large`.
    mutating func advance(in payload: UnsafeRawBufferPointer) throws(SibylError) {
        do throws(JSONError) {
            if position == 0 {
                var parser = JSONParser(payload)
                guard try parser.peek() == .array else {
                    throw JSONError(code: .type, message: "with 'batch' the input is an array of inputs", offset: 0)
                }
                try parser.beginArray()
                try read(&parser)
            } else {
                var parser = JSONParser(payload, behindElementEndingAt: position)
                try read(&parser)
            }
        } catch {
            throw Self.refusal(error)
        }
        guard ranges.count <= WireLimits.batchItems else {
            throw SibylError(
                .payloadTooLarge, "a batch has at most \(WireLimits.batchItems) items; send it in parts")
        }
    }

    private mutating func read(_ parser: inout JSONParser) throws(JSONError) {
        let end = position + Self.portion
        // Ends with the portion, with the array, or with an item too many.
        while position < end, ranges.count <= WireLimits.batchItems {
            guard try parser.nextElement() else {
                try parser.finish()
                isComplete = true
                return
            }
            ranges.append(try parser.skipValue())
            position = parser.position
        }
    }

    private static func refusal(_ error: JSONError) -> SibylError {
        guard error.code == .type else {
            return SibylError(.malformedPayload, "the payload is not JSON: \(error)")
        }
        return SibylError(.invalidInput, error.message, details: [ErrorDetail(path: "", message: "must be an array")])
    }
}
