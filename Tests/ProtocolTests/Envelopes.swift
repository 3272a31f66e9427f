import SibylJSON
import SibylProtocol

/// What an envelope says, in values that a table can hold.
struct EnvelopeFacts: Equatable {
    var operation: SibylProtocol.Operation
    /// The id and the input as they were written, quotes included.
    var id: String?
    var input: String?
    /// The other strings by the names of their fields, and what they mean; without those that are absent.
    var texts: [String: String] = [:]
    var timeoutMilliseconds: UInt32?
    var jsonLength: UInt32?
    var isBatch = false
    var priority = Priority.interactive

    init(_ operation: SibylProtocol.Operation) {
        self.operation = operation
    }

    init(_ envelope: RequestEnvelope, in bytes: UnsafeRawBufferPointer) {
        let raw = { (field: RequestEnvelope.Field) in
            field.isPresent ? String(decoding: field.bytes(in: bytes), as: UTF8.self) : nil
        }
        operation = envelope.operation
        id = raw(envelope.id)
        input = raw(envelope.input)
        texts["model"] = envelope.model.string(in: bytes)
        texts["version"] = envelope.version.string(in: bytes)
        texts["content_type"] = envelope.contentType.string(in: bytes)
        texts["tenant"] = envelope.tenant.string(in: bytes)
        texts["traceparent"] = envelope.traceparent.string(in: bytes)
        texts["tracestate"] = envelope.tracestate.string(in: bytes)
        timeoutMilliseconds = envelope.timeoutMilliseconds
        jsonLength = envelope.jsonLength
        isBatch = envelope.isBatch
        priority = envelope.priority
    }

    func with(_ change: (inout EnvelopeFacts) -> Void) -> EnvelopeFacts {
        var facts = self
        change(&facts)
        return facts
    }
}

/// Scans an envelope; the outcome is what it says, or why it is not taken.
func scan(_ bytes: [UInt8], hasPayload: Bool = false) -> Result<EnvelopeFacts, EnvelopeFault> {
    bytes.withUnsafeBytes { bytes in
        do throws(EnvelopeFault) {
            return .success(EnvelopeFacts(try RequestEnvelope(scanning: bytes, hasPayloadFrame: hasPayload), in: bytes))
        } catch {
            return .failure(error)
        }
    }
}

func scan(_ text: String, hasPayload: Bool = false) -> Result<EnvelopeFacts, EnvelopeFault> {
    scan(Array(text.utf8), hasPayload: hasPayload)
}

extension Result where Success == EnvelopeFacts, Failure == EnvelopeFault {
    var facts: EnvelopeFacts? { try? get() }

    var fault: EnvelopeFault? {
        if case .failure(let fault) = self { fault } else { nil }
    }
}

extension EnvelopeFault {
    /// The id as it was written.
    var idText: String? { id.map { String(decoding: $0, as: UTF8.self) } }
}

/// What `write` writes.
func json(_ write: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    write(&writer)
    return String(decoding: writer.bytes, as: UTF8.self)
}
