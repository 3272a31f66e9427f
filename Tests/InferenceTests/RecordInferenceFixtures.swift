import SibylInference
import SibylModel
import Synchronization

/// Takes a field of every kind and gives one of every kind; fails on 13.
struct Clerk: MLModel {
    struct Input: Codable, Sendable {
        var amount: Double
        var count: Int64
        var flag: Bool
        var word: String
        var list: [Int]?
        var maybe: Double?
        enum CodingKeys: String, CodingKey { case amount, count, flag, word, list, maybe }
    }
    struct Rest: Codable, Sendable { var sum: Int }
    struct Output: Codable, Sendable {
        var text: String
        var number: Double
        var count: Int64
        var flag: Bool
        var rest: Rest
        enum CodingKeys: String, CodingKey { case text, number, count, flag, rest }
    }
    struct BadLuck: Error {}

    static let displayName = "Clerk"
    static let qualifiedName = "clerk"
    static let description = "Gives back what it takes, with a little on top."
    static let version: SemanticVersion = "1.0.0"
    static let inputSchema = JSONSchema.object(keyedBy: Input.CodingKeys.self) {
        Property(.amount, .number())
        Property(.count, .integer(minimum: 0))
        Property(.flag, .boolean())
        Property(.word, .string())
        Property(.list, .array(of: .integer()), isOptional: true)
        Property(.maybe, .number().nullable)
    }
    static let outputSchema = JSONSchema.object(keyedBy: Output.CodingKeys.self) {
        Property(.text, .string())
        Property(.number, .number())
        Property(.count, .integer())
        Property(.flag, .boolean())
        Property(.rest, .map(of: .integer()))
    }

    init(configuration: ModelConfiguration) throws {}

    func predict(_ input: Input) throws -> Output {
        if input.amount == 13 { throw BadLuck() }
        return Output(
            text: input.word + "!", number: input.amount, count: input.count, flag: !input.flag,
            rest: Rest(sum: (input.list ?? []).reduce(0, +)))
    }
}

/// Gives back each payload as it came, with `amount` for `number`, and keeps what it was called with.
final class Mirror: ServedModel {
    let metadata: ModelMetadata
    let calls = Calls()

    final class Calls: Sendable {
        private let all = Mutex<[[String]]>([])
        var values: [[String]] { all.withLock { $0 } }
        func append(_ call: [String]) { all.withLock { $0.append(call) } }
    }

    init(input: JSONSchema, output: JSONSchema) {
        metadata = ModelMetadata(
            displayName: "Mirror", qualifiedName: "mirror", description: "", version: "1.0.0", inputSchema: input,
            outputSchema: output)
    }

    func predict(_ payloads: [UnsafeRawBufferPointer], into outcomes: inout PredictionOutcomes) {
        calls.append(payloads.map { String(decoding: $0, as: UTF8.self) })
        let wantsNumber = metadata.outputSchema.json["properties"]?["number"] != nil
        for payload in payloads {
            guard wantsNumber else {
                outcomes.append(output: payload)
                continue
            }
            let text = String(decoding: payload, as: UTF8.self)
            Array(text.replacing("amount", with: "number").utf8).withUnsafeBytes { outcomes.append(output: $0) }
        }
    }
}

typealias Reply = (json: String, blobs: [UInt8])

/// Has a model predict infer requests, with binary data if there are any, and a payload of JSON behind them.
func predict(_ model: RecordInference, _ requests: [String], blobs: [UInt8]? = nil, json: String? = nil)
    -> [Result<Reply, PredictionError>]
{
    let all = requests.map { Array($0.utf8) + (blobs ?? []) } + (json.map { [Array($0.utf8)] } ?? [])
    let bytes = all.flatMap { $0 }
    var outcomes = PredictionOutcomes()
    bytes.withUnsafeBytes { bytes in
        var begin = 0
        var payloads: [Payload] = []
        for (index, payload) in all.enumerated() {
            let range = begin..<begin + payload.count
            begin = range.upperBound
            var form = PayloadForm.json
            if index < requests.count {
                form = blobs == nil ? .openInference : .openInferenceBinary(jsonLength: requests[index].utf8.count)
            }
            payloads.append(Payload(UnsafeRawBufferPointer(rebasing: bytes[range]), form: form))
        }
        model.predict(payloads, into: &outcomes)
    }
    return outcomes.outcomes.map { outcome in
        switch outcome {
        case .output(let range, let jsonLength):
            let output = Array(outcomes.bytes[range])
            return .success(
                (String(decoding: output.prefix(jsonLength), as: UTF8.self), Array(output.dropFirst(jsonLength))))
        case .failure(let error): return .failure(error)
        }
    }
}
