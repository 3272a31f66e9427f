internal import SibylCore
internal import SibylInference
internal import SibylJSON
internal import SibylModel
internal import SibylProtocol
internal import SibylTransport

/// Makes lines of records, without their ends.
struct LogLines {
    /// How much of a payload is shown that is no JSON, in bytes.
    private static let shown = 1_000

    private let model: String
    private let version: String
    private let document = JSONDocument()

    init(model: String, version: String) {
        (self.model, self.version) = (model, version)
    }

    func append(_ record: LogRecord, to writer: inout JSONWriter) {
        begin(at: record.time, in: &writer)
        writer.key("duration_us")
        writer.integer(record.duration / 1_000)
        writer.key("batch_size")
        writer.integer(record.batchSize)
        var length = record.input.count
        switch record.form {
        case .json: break
        case .openInference: append(form: "open_inference", to: &writer)
        case .openInferenceBinary(let jsonLength):
            length = min(max(jsonLength, 0), length)
            append(form: "open_inference_binary", to: &writer)
        }
        append(record.input, jsonLength: length, as: "input", to: &writer)
        switch record.outcome {
        case .output(let bytes, let jsonLength): append(bytes, jsonLength: jsonLength, as: "output", to: &writer)
        case .failure(let error): append(error, to: &writer)
        }
        writer.endObject()
    }

    /// The line that tells how many predictions are left out.
    func append(dropped: Int, to writer: inout JSONWriter) {
        begin(at: Timestamp.nanoseconds(), in: &writer)
        writer.key("dropped")
        writer.integer(dropped)
        writer.endObject()
    }

    private func begin(at time: Int64, in writer: inout JSONWriter) {
        writer.beginText()
        writer.beginObject()
        writer.key("time")
        writer.string(Timestamp.text(nanoseconds: time))
        writer.key("model")
        writer.string(model)
        writer.key("version")
        writer.string(version)
    }

    private func append(form: String, to writer: inout JSONWriter) {
        writer.key("form")
        writer.string(form)
    }

    private func append(_ bytes: [UInt8], jsonLength: Int, as key: String, to writer: inout JSONWriter) {
        guard let line = oneLine(bytes[..<min(jsonLength, bytes.count)]) else {
            writer.key("payload")
            return writer.string(String(decoding: bytes.prefix(Self.shown), as: UTF8.self))
        }
        writer.key(key)
        writer.raw(line)
        guard jsonLength < bytes.count else { return }
        writer.key(key + "_bytes")
        writer.integer(bytes.count - jsonLength)
    }

    /// JSON on one line, and nil for what is none: ends of lines stand between values only, where blanks say the same.
    private func oneLine(_ json: ArraySlice<UInt8>) -> [UInt8]? {
        guard (try? json.withUnsafeBytes { try document.withParsed($0) { _ in true } }) != nil else { return nil }
        let ends = [UInt8(ascii: "\n"), UInt8(ascii: "\r")]
        return json.map { ends.contains($0) ? UInt8(ascii: " ") : $0 }
    }

    /// As clients hear of it.
    private func append(_ error: PredictionError, to writer: inout JSONWriter) {
        let told = SibylError(error)
        writer.key("error")
        writer.beginObject()
        writer.key("code")
        writer.string(told.code.wireName)
        writer.key("message")
        writer.string(told.message)
        if !told.details.isEmpty { append(told.details, to: &writer) }
        writer.endObject()
    }

    private func append(_ details: [ErrorDetail], to writer: inout JSONWriter) {
        writer.key("details")
        writer.beginArray()
        for detail in details {
            writer.beginObject()
            writer.key("path")
            writer.string(detail.path)
            writer.key("message")
            writer.string(detail.message)
            writer.endObject()
        }
        writer.endArray()
    }
}
