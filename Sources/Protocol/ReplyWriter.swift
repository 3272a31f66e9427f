package import SibylJSON

/// Where the time of a request went.
public struct Timing: Sendable, Hashable {
    /// In the queues of broker and worker, in microseconds.
    public var queueMicroseconds: Int
    /// In the model, in microseconds.
    public var computeMicroseconds: Int
    /// Inputs that were computed together.
    public var batchSize: Int

    public init(queueMicroseconds: Int = 0, computeMicroseconds: Int = 0, batchSize: Int = 0) {
        self.queueMicroseconds = queueMicroseconds
        self.computeMicroseconds = computeMicroseconds
        self.batchSize = batchSize
    }
}

/// The envelope of a reply that is `ok`, as the serving side writes it.
package struct ReplyHead {
    package var timing: Timing?
    package var itemErrors: [ItemError] = []
    package var contentType = ContentType.json
    /// How many bytes of the output are JSON; only written for the content type that has others behind them.
    package var jsonLength = 0
    /// The members that are the same in every reply of one model, written once: those before the timing, and those behind.
    private let identity: [UInt8]

    /// - Parameters:
    ///   - worker: the name of whoever answers.
    ///   - model: the model that has predicted, and its version; nil for what is no prediction.
    package init(worker: String, model: String? = nil, version: String? = nil) {
        var writer = JSONWriter()
        writer.key("status")
        writer.string("ok")
        if let model {
            writer.key("model")
            writer.string(model)
        }
        if let version {
            writer.key("version")
            writer.string(version)
        }
        writer.key("worker")
        writer.string(worker)
        identity = writer.bytes
    }

    /// Appends the envelope.
    ///
    /// - Parameters:
    ///   - id: the raw JSON text of the request's id; empty for none.
    ///   - output: the output's JSON for the one-frame shape; nil where it travels in a payload frame.
    package func write(id: UnsafeRawBufferPointer, output: UnsafeRawBufferPointer?, to writer: inout JSONWriter) {
        writer.beginObject()
        ReplyWriter.writeStart(id: id, to: &writer)
        writer.raw(identity)
        if let timing { write(timing, to: &writer) }
        let member = contentType.member
        writer.raw(UnsafeRawBufferPointer(start: member.utf8Start, count: member.utf8CodeUnitCount))
        if contentType == .openInferenceBinary {
            writer.key("json_length")
            writer.integer(jsonLength)
        }
        if !itemErrors.isEmpty { writeItemErrors(to: &writer) }
        if let output {
            writer.key("output")
            writer.raw(output)
        }
        writer.endObject()
    }

    private func write(_ timing: Timing, to writer: inout JSONWriter) {
        writer.key("timing")
        writer.beginObject()
        writer.key("queue_us")
        writer.integer(timing.queueMicroseconds)
        writer.key("compute_us")
        writer.integer(timing.computeMicroseconds)
        writer.key("batch_size")
        writer.integer(timing.batchSize)
        writer.endObject()
    }

    private func writeItemErrors(to writer: inout JSONWriter) {
        writer.key("errors")
        writer.beginArray()
        for item in itemErrors {
            writer.beginObject()
            writer.key("index")
            writer.integer(item.index)
            ReplyWriter.writeMembers(of: item.error, to: &writer)
            writer.endObject()
        }
        writer.endArray()
    }
}

/// Replies that are errors, and what all replies begin with.
package enum ReplyWriter {
    /// Appends a whole error reply.
    ///
    /// - Parameter id: the raw JSON text of the request's id; empty for none.
    package static func writeError(_ error: SibylError, id: UnsafeRawBufferPointer, to writer: inout JSONWriter) {
        writer.beginObject()
        writeStart(id: id, to: &writer)
        writer.key("status")
        writer.string("error")
        writer.key("error")
        writer.beginObject()
        writeMembers(of: error, to: &writer)
        writer.key("retryable")
        writer.bool(error.isRetryable)
        if let milliseconds = error.retryAfterMilliseconds {
            writer.key("retry_after_ms")
            writer.integer(milliseconds)
        }
        writer.endObject()
        writer.endObject()
    }

    /// A whole error reply.
    package static func error(_ error: SibylError, id: UnsafeRawBufferPointer) -> [UInt8] {
        var writer = JSONWriter()
        writeError(error, id: id, to: &writer)
        return writer.bytes
    }

    static func writeStart(id: UnsafeRawBufferPointer, to writer: inout JSONWriter) {
        writer.key("v")
        writer.integer(WireLimits.version)
        writer.key("id")
        if id.isEmpty { writer.null() } else { writer.raw(id) }
    }

    static func writeMembers(of error: SibylError, to writer: inout JSONWriter) {
        writer.key("code")
        writer.string(error.code.wireName)
        writer.key("message")
        writer.string(error.message)
        guard !error.details.isEmpty else { return }
        writer.key("details")
        writer.beginArray()
        for detail in error.details {
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
