package import SibylJSON

/// A request's envelope as a client writes it.
package struct RequestHead: Sendable {
    package var operation: Operation
    package var id: UInt64?
    package var model: String?
    package var version: String?
    package var timeoutMilliseconds: Int?
    package var contentType: String?
    /// How many bytes of the payload are JSON, where others follow.
    package var jsonLength: Int?
    package var isBatch = false
    package var priority = Priority.interactive
    package var tenant: String?
    package var traceparent: String?
    package var tracestate: String?
    package var action: RepositoryAction?

    package init(_ operation: Operation, id: UInt64? = nil, model: String? = nil) {
        self.operation = operation
        self.id = id
        self.model = model
    }

    /// Appends the envelope; what is at its default is left out.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("op")
        writer.string(operation.wireName)
        if let id {
            writer.key("id")
            writer.integer(id)
        }
        write("model", model, to: &writer)
        write("version", version, to: &writer)
        if let timeoutMilliseconds {
            writer.key("timeout_ms")
            writer.integer(timeoutMilliseconds)
        }
        write("content_type", contentType, to: &writer)
        if let jsonLength {
            writer.key("json_length")
            writer.integer(jsonLength)
        }
        if isBatch {
            writer.key("batch")
            writer.bool(true)
        }
        if priority != .interactive { write("priority", priority.wireName, to: &writer) }
        write("tenant", tenant, to: &writer)
        write("traceparent", traceparent, to: &writer)
        write("tracestate", tracestate, to: &writer)
        write("action", action?.wireName, to: &writer)
        writer.endObject()
    }

    private func write(_ key: StaticString, _ value: String?, to writer: inout JSONWriter) {
        guard let value else { return }
        writer.key(key)
        writer.string(value)
    }
}
