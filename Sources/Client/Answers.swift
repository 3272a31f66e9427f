internal import SibylTransport

/// One model as `list` tells of it.
public struct ModelSummary: Codable, Sendable, Hashable {
    public var qualifiedName: String
    public var displayName: String
    public var description: String
    /// The default version, and its first two numbers.
    public var version: String
    public var majorVersion: Int
    public var minorVersion: Int
    /// All versions, newest first.
    public var versions: [String]
    /// `ready`, or why it is not.
    public var state: String
    /// Names that stand for versions, in shares by weight.
    public var aliases: [String: [String: Int]]?
    /// Versions that are not served, or not as their files say now.
    public var absences: [ModelAbsence]?

    enum CodingKeys: String, CodingKey {
        case qualifiedName = "qualified_name"
        case displayName = "display_name"
        case description, version, versions, state, aliases, absences
        case majorVersion = "major_version"
        case minorVersion = "minor_version"
    }
}

/// A version that is not served, or not as its files say now.
public struct ModelAbsence: Codable, Sendable, Hashable {
    public var version: String
    /// `loading`, `failed` or `unloading`.
    public var state: String
    /// Why it failed.
    public var message: String?
}

/// One model as `metadata` tells of it.
public struct ModelDescription: Codable, Sendable, Hashable {
    public var qualifiedName: String
    public var displayName: String
    public var description: String
    /// The version that is described, and its first two numbers.
    public var version: String
    public var majorVersion: Int
    public var minorVersion: Int
    public var versions: [String]
    public var state: String
    /// JSON Schemas, draft 2020-12.
    public var inputSchema: JSONValue
    public var outputSchema: JSONValue
    /// `inputs` and `outputs`, each a list of `name`, `datatype` and `shape` by the Open Inference Protocol; nil where the
    /// worker doesn't tell.
    public var tensors: JSONValue?

    enum CodingKeys: String, CodingKey {
        case qualifiedName = "qualified_name"
        case displayName = "display_name"
        case description, version, versions, state, tensors
        case majorVersion = "major_version"
        case minorVersion = "minor_version"
        case inputSchema = "input_schema"
        case outputSchema = "output_schema"
    }
}

/// A server's health.
public struct ServerHealth: Sendable, Hashable {
    /// `ready`, `starting`, `draining` or `degraded`.
    public var status: String
    /// All that the server tells.
    public var report: JSONValue
}

/// A prediction as bytes, and what the server tells of it.
public struct RawPrediction: Sendable {
    /// The output, of `contentType`.
    public var payload: [UInt8]
    public var contentType: String
    /// How many bytes of the payload are JSON, where others may follow: the elements of tensors. At most all of them.
    public var jsonLength: Int?
    public var model: String
    /// The version that answered.
    public var version: String
    /// The worker that answered.
    public var worker: String
    public var timing: Timing
    /// The items of a batch that failed; their outputs are null.
    public var itemErrors: [ItemError]

    init(_ reply: Reply) {
        payload = reply.withOutput { Array($0) }
        contentType = reply.envelope.contentType ?? "application/json"
        let count = payload.count
        jsonLength = reply.envelope.jsonLength.map { min(max($0, 0), count) }
        model = reply.envelope.model ?? ""
        version = reply.envelope.version ?? ""
        worker = reply.envelope.worker ?? ""
        timing = reply.envelope.timing
        itemErrors = reply.envelope.itemErrors
    }
}

extension Reply {
    func decoded<Output: Decodable>() throws(SibylError) -> Output {
        do {
            return try withOutput { try JSONCoding.decode(from: $0) }
        } catch {
            throw Self.unexpected(error)
        }
    }

    /// A result for each item of a batch.
    func decodedBatch<Output: Decodable>(of count: Int) throws(SibylError) -> [Result<Output, ItemError>] {
        var failures: [Int: ItemError] = [:]
        for error in envelope.itemErrors { failures[error.index] = error }
        var results: [Result<Output, ItemError>] = []
        do {
            try withOutput { output in
                try JSONDocument().withParsed(output) { array in
                    for (index, item) in array.elements.enumerated() {
                        results.append(
                            try failures[index].map { .failure($0) } ?? .success(JSONCoding.decode(from: item)))
                    }
                }
            }
        } catch {
            throw Self.unexpected(error)
        }
        guard results.count == count else {
            throw SibylError(.internal, "the server gave \(results.count) outputs for \(count) inputs")
        }
        return results
    }

    private static func unexpected(_ error: any Error) -> SibylError {
        SibylError(
            .internal, "the output is not what was expected; does the type fit the model's output schema? \(error)",
            cause: error)
    }
}
