internal import SibylInference
public import SibylModel

/// Writes down what a model was asked and what it answered, as NDJSON: one JSON object a line.
///
///     {"time":"2026-01-31T08:05:09.123Z","model":"iris_model","version":"1.2.0","duration_us":48,"batch_size":1,
///      "input":{...},"output":{...}}
///
/// - `duration_us` is the time of the model's call, which all payloads of a batch share; `batch_size` tells how many.
/// - An error stands in place of the output: `"error":{"code":"invalid_input","message":"...","details":[...]}`.
/// - An infer request has its JSON as `input`, `"form":"open_inference"`, and where tensors follow as bytes
///   `input_bytes` and `output_bytes`, how many. What is no JSON stands as a string under `payload`, its first 1,000
///   bytes.
/// - A sample is taken of payloads, each with the same chance.
/// - A file that has reached its size is renamed to `path.1`, that one to `path.2`, and so on. Several processes, such
///   as the workers of `sibyl serve`, may write to one file.
/// - Predictions wait for no disk: lines are made and written by a thread of the log's own, over a buffer with a bound.
///   What finds it full is left out, counted, and told in the log (`{"time":...,"dropped":3}`) and to `report`.
/// - What was predicted before the model is let go of, or the process ends, is written first, if that takes no more
///   than 5 s.
public struct PredictionLog: ModelDecorator {
    /// The file; relative to the working directory where it is no absolute path. Its folder must be there.
    public var path: String
    /// The share of payloads that is written down, 0 to 1.
    public var sample: Double
    /// The size at which a file is closed and another begun, in bytes.
    public var bytes: Int
    /// How many files are kept, the open one included.
    public var files: Int
    /// Decides together with `sample` which payloads are taken; another one each time by default.
    public var seed: UInt64
    /// Told what an operator should know, at most once a minute: what was left out, and why.
    public var report: @Sendable (String) -> Void

    public init(
        path: String, sample: Double = 1, bytes: Int = 10_000_000, files: Int = 5,
        seed: UInt64 = .random(in: 0 ... .max), report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.path = path
        self.sample = sample
        self.bytes = bytes
        self.files = files
        self.seed = seed
        self.report = report
    }

    /// - Returns: a `LoggedModel`, which tells what its log does.
    /// - Throws: `ModelLoadError` when the file can't be opened.
    public func decorate(_ model: any ServedModel) throws -> any ServedModel {
        try logged(model)
    }

    func logged(_ model: any ServedModel, bounds: LogBuffer.Bounds = .init()) throws(ModelLoadError) -> LoggedModel {
        let inner = model as? any InferenceModel ?? RecordInference(model)
        let file = try RotatingFile(path: path, bytes: bytes, files: files)
        let lines = LogLines(model: inner.metadata.qualifiedName, version: inner.metadata.version.description)
        let writer = try LogWriter(LogWork(file, lines), bounds: bounds, report: report)
        return LoggedModel(inner, sampler: Sampler(rate: sample, seed: seed), writer: writer)
    }
}

/// What a log has done so far.
public struct LogCounters: Sendable, Hashable {
    /// Predictions that are in the file.
    public internal(set) var written = 0
    /// Predictions that found the buffer full, or that the disk did not take.
    public internal(set) var dropped = 0
}
