internal import SibylJSON

/// Walks an envelope once and keeps the first fault it meets, so that an id which stands behind it is still found.
struct EnvelopeScanner {
    var envelope = RequestEnvelope()
    private(set) var error: SibylError?
    private var hasOperation = false

    mutating func scan(_ bytes: UnsafeRawBufferPointer) {
        var parser = JSONParser(bytes)
        do throws(JSONError) {
            guard try parser.peek() == .object else {
                return fail(.malformedEnvelope, "the envelope is not a JSON object")
            }
            try parser.beginObject()
            // Each turn consumes a member.
            while let key = try parser.nextKey() { try scanField(key, &parser) }
            try parser.finish()
        } catch {
            return fail(.malformedEnvelope, "the envelope is not JSON: \(error)")
        }
        if !hasOperation { fail(.malformedEnvelope, "the envelope needs the field 'op'; it tells what is asked for") }
    }

    /// Words are made for the first fault only: an envelope may have any number.
    private mutating func fail(_ code: ErrorCode, _ message: @autoclosure () -> String) {
        if error == nil { error = SibylError(code, message()) }
    }

    private mutating func scanField(_ key: JSONText, _ parser: inout JSONParser) throws(JSONError) {
        // By length first, so that no key is compared with more than three names.
        switch key.hasEscapes ? key.unescaped.count : key.raw.count {
        case 1 where key.equals("v"): try scanVersion(&parser)
        case 2 where key.equals("op"): try scanOperation(&parser)
        case 2 where key.equals("id"): try scanID(&parser)
        case 5 where key.equals("model"): envelope.model = try text("model", &parser)
        case 5 where key.equals("input"): envelope.input = RequestEnvelope.Field(try parser.skipValue())
        case 5 where key.equals("batch"): try scanBatch(&parser)
        case 6 where key.equals("tenant"): envelope.tenant = try text("tenant", &parser)
        case 6 where key.equals("action"): try scanAction(&parser)
        case 7 where key.equals("version"): envelope.version = try text("version", &parser)
        case 8 where key.equals("priority"): try scanPriority(&parser)
        case 10 where key.equals("timeout_ms"): try scanTimeout(&parser)
        case 10 where key.equals("tracestate"): envelope.tracestate = try text("tracestate", &parser)
        case 11 where key.equals("json_length"): try scanJSONLength(&parser)
        case 11 where key.equals("traceparent"): envelope.traceparent = try text("traceparent", &parser)
        case 12 where key.equals("content_type"): envelope.contentType = try text("content_type", &parser)
        default: try parser.skipValue()
        }
    }

    // MARK: - Fields

    private mutating func scanOperation(_ parser: inout JSONParser) throws(JSONError) {
        hasOperation = true
        guard try isKind(.string, "op", "a string", &parser) else { return }
        let name = try parser.string()
        switch name {
        case _ where name.equals("predict"): envelope.operation = .predict
        case _ where name.equals("list"): envelope.operation = .list
        case _ where name.equals("metadata"): envelope.operation = .metadata
        case _ where name.equals("cancel"): envelope.operation = .cancel
        case _ where name.equals("health"): envelope.operation = .health
        case _ where name.equals("stats"): envelope.operation = .stats
        case _ where name.equals("repository"): envelope.operation = .repository
        default:
            fail(.unknownOperation, "there is no operation '\(Self.shown(name))'; there are \(Self.operations)")
        }
    }

    private static var operations: String { Operation.allCases.map(\.wireName).joined(separator: ", ") }

    /// A few code points of a name: a character may have any number of them.
    private static func shown(_ name: JSONText) -> String { String(name.string.unicodeScalars.prefix(64)) }

    private mutating func scanID(_ parser: inout JSONParser) throws(JSONError) {
        switch try parser.peek() {
        case .string:
            let text = try parser.string()
            // The quotes belong to the text that is echoed.
            if text.raw.count <= WireLimits.idBytes {
                envelope.id = RequestEnvelope.Field(text.offset - 1..<text.offset + text.raw.count + 1)
                return
            }
        case .number:
            let number = try parser.number()
            // Of any length: a number that no double holds was refused, so that it has 309 digits at most.
            if number.isInteger {
                envelope.id = RequestEnvelope.Field(number.offset..<number.offset + number.raw.count)
                return
            }
        default: try parser.skipValue()
        }
        fail(.malformedEnvelope, "'id' must be a string of at most \(WireLimits.idBytes) bytes, or an integer")
    }

    private mutating func scanTimeout(_ parser: inout JSONParser) throws(JSONError) {
        let range = WireLimits.timeoutMilliseconds
        guard try isKind(.number, "timeout_ms", "an integer", &parser) else { return }
        guard let value = try parser.number().int64, range.contains(Int(value)) else {
            return fail(
                .malformedEnvelope, "'timeout_ms' must be an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        envelope.timeoutMilliseconds = UInt32(value)
    }

    private mutating func scanJSONLength(_ parser: inout JSONParser) throws(JSONError) {
        guard try isKind(.number, "json_length", "an integer", &parser) else { return }
        guard let length = try parser.number().int64.flatMap({ UInt32(exactly: $0) }) else {
            return fail(.malformedEnvelope, "'json_length' must be an integer from 0 to \(UInt32.max)")
        }
        envelope.jsonLength = length
    }

    private mutating func scanBatch(_ parser: inout JSONParser) throws(JSONError) {
        guard try isKind(.bool, "batch", "true or false", &parser) else { return }
        envelope.isBatch = try parser.bool()
    }

    private mutating func scanPriority(_ parser: inout JSONParser) throws(JSONError) {
        guard try isKind(.string, "priority", "a string", &parser) else { return }
        let name = try parser.string()
        if name.equals("interactive") {
            envelope.priority = .interactive
        } else if name.equals("bulk") {
            envelope.priority = .bulk
        } else {
            fail(.malformedEnvelope, "'priority' must be \"interactive\" or \"bulk\"")
        }
    }

    private mutating func scanAction(_ parser: inout JSONParser) throws(JSONError) {
        guard try isKind(.string, "action", "a string", &parser) else { return }
        let name = try parser.string()
        if name.equals("load") {
            envelope.action = .load
        } else if name.equals("unload") {
            envelope.action = .unload
        } else if name.equals("reload") {
            envelope.action = .reload
        } else {
            fail(.malformedEnvelope, "'action' must be \"load\", \"unload\" or \"reload\"")
        }
    }

    private mutating func scanVersion(_ parser: inout JSONParser) throws(JSONError) {
        guard try isKind(.number, "v", "an integer", &parser) else { return }
        let number = try parser.number()
        if number.int64 == Int64(WireLimits.version) { return }
        guard number.isInteger || number.int64 != nil else {
            return fail(.malformedEnvelope, "'v' must be an integer")
        }
        let version = String(decoding: number.raw, as: UTF8.self)
        fail(.unsupportedVersion, "this server speaks version \(WireLimits.version) of the protocol, not \(version)")
    }

    private mutating func text(_ name: String, _ parser: inout JSONParser) throws(JSONError) -> RequestEnvelope.Field {
        guard try isKind(.string, name, "a string", &parser) else { return RequestEnvelope.Field() }
        let text = try parser.string()
        guard text.raw.count <= WireLimits.fieldBytes else {
            fail(.malformedEnvelope, "'\(name)' is longer than \(WireLimits.fieldBytes) bytes")
            return RequestEnvelope.Field()
        }
        return RequestEnvelope.Field(text.offset..<text.offset + text.raw.count, hasEscapes: text.hasEscapes)
    }

    /// Passes over a value of another kind than `kind`, and says so.
    private mutating func isKind(
        _ kind: JSONKind, _ name: String, _ expected: String, _ parser: inout JSONParser
    ) throws(JSONError) -> Bool {
        if try parser.peek() == kind { return true }
        try parser.skipValue()
        fail(.malformedEnvelope, "'\(name)' must be \(expected)")
        return false
    }
}
