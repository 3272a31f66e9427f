internal import SibylJSON

/// A request's envelope, scanned in place: what routing needs as values, the rest as places in its bytes.
package struct RequestEnvelope: Sendable {
    /// Where something stands in the envelope's bytes.
    package struct Field: Sendable, Equatable {
        package var offset: UInt32 = 0
        package var count: UInt32 = 0
        package var isPresent = false
        package var hasEscapes = false

        package init() {}

        init(_ range: Range<Int>, hasEscapes: Bool = false) {
            offset = UInt32(range.lowerBound)
            count = UInt32(range.count)
            isPresent = true
            self.hasEscapes = hasEscapes
        }

        /// The field's own bytes, as they were written; none when it is absent.
        package func bytes(in envelope: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
            guard isPresent else { return UnsafeRawBufferPointer(start: nil, count: 0) }
            return UnsafeRawBufferPointer(rebasing: envelope[Int(offset)..<Int(offset + count)])
        }

        /// The UTF-8 of what a string field means; nothing is copied where it has no escapes.
        package func withText<Result>(
            in envelope: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
        ) -> Result {
            let raw = bytes(in: envelope)
            guard hasEscapes else { return body(raw) }
            return JSONText(raw: raw, hasEscapes: true, offset: Int(offset)).unescaped.withUnsafeBytes(body)
        }

        package func string(in envelope: UnsafeRawBufferPointer) -> String? {
            isPresent ? withText(in: envelope) { String(decoding: $0, as: UTF8.self) } : nil
        }

        /// A short name for the field's bytes, as they were written.
        package func hash(in envelope: UnsafeRawBufferPointer) -> UInt64 {
            FNV1a.hash(bytes(in: envelope))
        }
    }

    package var operation = Operation.predict
    /// The raw JSON text of the id, quotes included; absent for none.
    package var id = Field()
    /// Contents of strings, without their quotes.
    package var model = Field()
    package var version = Field()
    package var contentType = Field()
    package var tenant = Field()
    package var traceparent = Field()
    package var tracestate = Field()
    /// The raw JSON text of `input`.
    package var input = Field()
    package var timeoutMilliseconds: UInt32?
    /// How many bytes of the payload are JSON, where others follow.
    package var jsonLength: UInt32?
    package var isBatch = false
    package var priority = Priority.interactive
    package var action: RepositoryAction?

    /// Scans an envelope and checks every field that the protocol knows.
    ///
    /// - Parameter hasPayloadFrame: whether a payload travels beside it; nil skips the checks that need to know.
    /// - Throws: the error to answer with, and the request's id as far as it could be read.
    package init(scanning bytes: UnsafeRawBufferPointer, hasPayloadFrame: Bool? = nil) throws(EnvelopeFault) {
        if hasPayloadFrame == true && bytes.count > WireLimits.envelopeBytes {
            throw EnvelopeFault(
                SibylError(
                    .malformedEnvelope,
                    "an envelope beside a payload is at most \(WireLimits.envelopeBytes) bytes; this one has \(bytes.count)"
                ), id: Self.id(scanning: bytes))
        }
        var scanner = EnvelopeScanner()
        scanner.scan(bytes)
        if let error = scanner.error { throw EnvelopeFault(error, id: scanner.envelope.idBytes(in: bytes)) }
        self = scanner.envelope
        if let hasPayloadFrame, let error = objection(hasPayloadFrame: hasPayloadFrame) {
            throw EnvelopeFault(error, id: idBytes(in: bytes))
        }
    }

    init() {}

    func idBytes(in bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        id.isPresent ? Array(id.bytes(in: bytes)) : nil
    }

    /// The id of an envelope that is at fault otherwise, as far as it can be read.
    package static func id(scanning bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        var scanner = EnvelopeScanner()
        scanner.scan(bytes)
        return scanner.envelope.idBytes(in: bytes)
    }

    /// What is wrong between the fields, or between them and the frames.
    private func objection(hasPayloadFrame: Bool) -> SibylError? {
        if input.isPresent && hasPayloadFrame {
            return SibylError(.malformedEnvelope, "'input' and a payload frame are two inputs; send one of them")
        }
        switch operation {
        case .predict where !model.isPresent, .metadata where !model.isPresent, .repository where !model.isPresent:
            return SibylError(.malformedEnvelope, "'\(operation.wireName)' needs the field 'model'")
        case .predict where !input.isPresent && !hasPayloadFrame:
            return SibylError(
                .malformedPayload, "'predict' needs an input: the field 'input', or a payload frame behind the envelope"
            )
        case .repository where action == nil:
            let names = RepositoryAction.allCases.map(\.wireName).joined(separator: ", ")
            return SibylError(.malformedEnvelope, "'repository' needs the field 'action': one of \(names)")
        case .cancel where !id.isPresent:
            return SibylError(.malformedEnvelope, "'cancel' needs the field 'id' of the request to drop")
        default: return nil
        }
    }
}

/// Why an envelope can't be taken, and whose it was.
package struct EnvelopeFault: Error, Sendable {
    package var error: SibylError
    /// The raw JSON text of the request's id; nil when it has none or it could not be read.
    package var id: [UInt8]?

    package init(_ error: SibylError, id: [UInt8]? = nil) {
        self.error = error
        self.id = id
    }
}
