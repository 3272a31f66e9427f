internal import SibylTransport

/// What can be asked of a server.
extension SibylClient {
    /// Which models there are.
    ///
    /// - Throws: `SibylError`, as all calls.
    public func list(timeout: Duration? = nil) async throws -> [ModelSummary] {
        struct Listing: Decodable { var models: [ModelSummary] }
        let listing: Listing = try await report(.list, timeout: timeout)
        return listing.models
    }

    /// What a model takes and gives.
    ///
    /// - Parameter version: whole (`1.2.0`) or its beginning (`1`); nil for the model's default.
    public func metadata(_ model: String, version: String? = nil, timeout: Duration? = nil) async throws
        -> ModelDescription
    {
        try await report(.metadata, model: model, version: version, timeout: timeout)
    }

    /// Whether the server is ready.
    public func health(timeout: Duration? = nil) async throws -> ServerHealth {
        let report: JSONValue = try await report(.health, timeout: timeout)
        return ServerHealth(status: report["status"]?.string ?? "unknown", report: report)
    }

    /// What an operator watches: queues, workers, models, counts, latencies.
    public func stats(timeout: Duration? = nil) async throws -> JSONValue {
        try await report(.stats, timeout: timeout)
    }

    private func report<Report: Decodable>(
        _ operation: Operation, model: String? = nil, version: String? = nil, timeout: Duration?
    ) async throws -> Report {
        var head = RequestHead(operation, model: model)
        head.version = version
        let reply = try await call(head, payload: [], timeout: timeout)
        return try reply.decoded()
    }

    /// Asks the workers to load, unload or reload a model of their repositories. They are told at once; what has become of it
    /// `list` and `health` tell.
    ///
    /// - Parameter version: one version; all of the model's when nil.
    /// - Returns: how many workers were told.
    /// - Throws: `SibylError`; `forbidden` when the server does not let clients do this.
    public func repository(
        _ action: RepositoryAction, _ model: String, version: String? = nil, timeout: Duration? = nil
    ) async throws -> Int {
        var head = RequestHead(.repository, model: model)
        head.version = version
        head.action = action
        let report: JSONValue = try await call(head, payload: [], timeout: timeout).decoded()
        return report["workers"]?.int64.map(Int.init) ?? 0
    }

    // MARK: - Predictions

    /// Asks a model for one prediction.
    ///
    /// - Throws: `SibylError`; `invalid_input` tells every place of the input that is off in its `details`.
    public func predict<Input: Encodable, Output: Decodable>(
        _ model: String, _ input: Input, as output: Output.Type = Output.self, options: CallOptions = CallOptions()
    ) async throws -> Output {
        let reply = try await call(model, payload: try encoded(input), isBatch: false, options)
        return try reply.decoded()
    }

    /// Asks a model for many predictions in one request: one result for each input, in the same order. An input that
    /// fails harms no other.
    ///
    /// - Throws: `SibylError` when the request as a whole failed.
    public func predict<Input: Encodable, Output: Decodable>(
        _ model: String, batch inputs: [Input], as output: Output.Type = Output.self,
        options: CallOptions = CallOptions()
    ) async throws -> [Result<Output, ItemError>] {
        let reply = try await call(model, payload: try encoded(inputs), isBatch: true, options)
        return try reply.decodedBatch(of: inputs.count)
    }

    /// Asks a model with bytes that are its input already, and gives its output's bytes.
    ///
    /// - Parameters:
    ///   - contentType: of the payload; nil for JSON. The output is of the same.
    ///   - jsonLength: how many bytes of the payload are JSON, for a content type that has others behind them.
    ///   - isBatch: whether the payload is an array of inputs.
    public func predictRaw(
        _ model: String, payload: [UInt8], contentType: String? = nil, jsonLength: Int? = nil, isBatch: Bool = false,
        options: CallOptions = CallOptions()
    ) async throws -> RawPrediction {
        let reply = try await call(
            model, payload: payload, contentType: contentType, jsonLength: jsonLength, isBatch: isBatch, options)
        return RawPrediction(reply)
    }

    private func call(
        _ model: String, payload: [UInt8], contentType: String? = nil, jsonLength: Int? = nil, isBatch: Bool,
        _ options: CallOptions
    ) async throws(SibylError) -> Reply {
        var head = RequestHead(.predict, model: model)
        head.version = options.version
        head.contentType = contentType
        head.jsonLength = jsonLength
        head.isBatch = isBatch
        head.priority = options.priority
        head.tenant = options.tenant
        head.traceparent = options.traceparent
        head.tracestate = options.tracestate
        return try await call(head, payload: payload, timeout: options.timeout)
    }

    private func encoded(_ input: some Encodable) throws(SibylError) -> [UInt8] {
        do {
            return try JSONCoding.encode(input)
        } catch {
            throw SibylError(.malformedPayload, "the input can't be written as JSON: \(error)", cause: error)
        }
    }
}
