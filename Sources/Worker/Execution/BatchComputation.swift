internal import SibylCore
internal import SibylJSON
internal import SibylProtocol

/// A batch that is computed chunk by chunk, with other work in between: what is done, and what is next.
final class BatchComputation {
    /// Items predicted at once: enough for a model that computes them together, few enough for who waits meanwhile.
    static let chunk = 64

    private(set) var items = BatchItems()
    /// The first item that is not computed.
    private(set) var next = 0
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

    var isComplete: Bool { items.isComplete && next == items.ranges.count }

    /// Takes the next part of the input apart, unless all of it is, and tells whether all of it is now.
    ///
    /// - Throws: as `BatchItems.advance`.
    func isTakenApart(_ job: Job) throws(SibylError) -> Bool {
        if items.isComplete { return true }
        try items.advance(in: job.input)
        return items.isComplete
    }

    /// The items of the next turn.
    func nextChunk() -> Range<Int> {
        let chunk = next..<min(next + Self.chunk, items.ranges.count)
        next = chunk.upperBound
        return chunk
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
