/// A model with its types erased: payload bytes in, payload bytes out. The server holds models as this and nothing else.
public protocol ServedModel: Sendable {
    var metadata: ModelMetadata { get }

    /// Predicts several payloads, each one JSON value. It checks them against the input schema, and one that is off
    /// does not harm the others. It may be called from several threads at once.
    ///
    /// - Parameter outcomes: gets one outcome for each payload, in the same order.
    func predict(_ payloads: [UnsafeRawBufferPointer], into outcomes: inout PredictionOutcomes)
}

/// What became of a batch's inputs: outputs one behind the other in one buffer, and errors.
///
/// It is used again and again by one thread, so that once its buffers have grown, a prediction allocates nothing for it.
public struct PredictionOutcomes: ~Copyable {
    public enum Outcome: Sendable {
        /// Where in `bytes` the output stands, and how many of its bytes are JSON: all of them, but for one whose tensors
        /// follow as bytes.
        case output(Range<Int>, jsonLength: Int)
        case failure(PredictionError)
    }

    private var writer = JSONWriter(capacity: 1024)
    public private(set) var outcomes: [Outcome] = []
    /// For whoever parses the inputs: a document that is kept for the same reason.
    public let document = JSONDocument()

    public init() {}

    /// A copy of all outputs.
    public var bytes: [UInt8] { writer.bytes }

    /// An output's bytes; valid until another outcome is appended.
    package func output(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: writer.written[range])
    }

    /// Forgets all outcomes and keeps the room.
    public mutating func removeAll() {
        writer.removeAll()
        outcomes.removeAll(keepingCapacity: true)
    }

    /// Appends an output that `write` writes; if it throws, a failure.
    public mutating func append(_ write: (inout JSONWriter) throws -> Void) {
        let begin = writer.count
        writer.beginText()
        do {
            try write(&writer)
            appendOutput(from: begin)
        } catch {
            writer.truncate(to: begin)
            append(failure: error)
        }
    }

    /// Appends an output that is JSON with bytes behind it, which `write` writes; if it throws, a failure.
    ///
    /// - Parameter write: returns how many of the bytes are JSON.
    package mutating func appendBinary(_ write: (inout JSONWriter) throws -> Int) {
        let begin = writer.count
        writer.beginText()
        do {
            let jsonLength = try write(&writer)
            outcomes.append(.output(begin..<writer.count, jsonLength: jsonLength))
        } catch {
            writer.truncate(to: begin)
            append(failure: error)
        }
    }

    /// Appends an output that is JSON already.
    public mutating func append(output: UnsafeRawBufferPointer) {
        let begin = writer.count
        writer.beginText()
        writer.raw(output)
        appendOutput(from: begin)
    }

    private mutating func appendOutput(from begin: Int) {
        outcomes.append(.output(begin..<writer.count, jsonLength: writer.count - begin))
    }

    /// Puts the last outcomes in order, which were appended in another.
    ///
    /// - Parameter places: for each of them its place among them.
    package mutating func arrangeLast(by places: [Int]) {
        let begin = outcomes.count - places.count
        if begin < 0 || places.indices.allSatisfy({ places[$0] == $0 }) { return }
        let appended = Array(outcomes[begin...])
        for (outcome, place) in zip(appended, places) { outcomes[begin + place] = outcome }
    }

    public mutating func append(failure error: any Error) {
        let failure = error as? PredictionError ?? PredictionError(.failed, "the model failed: \(error)", cause: error)
        outcomes.append(.failure(failure))
    }
}
