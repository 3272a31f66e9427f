package import SibylJSON

/// A reply's envelope as a client reads it.
package struct ReplyEnvelope: Sendable {
    /// The request's id, when it was a number of ours.
    package var id: UInt64?
    /// What went wrong; nil for an `ok`.
    package var error: SibylError?
    package var itemErrors: [ItemError] = []
    package var model: String?
    package var version: String?
    package var worker: String?
    package var timing = Timing()
    package var contentType: String?
    /// How many bytes of the output are JSON, where others follow.
    package var jsonLength: Int?
    /// Where the output stands in the bytes, for the one-frame shape.
    package var output: Range<Int>?

    /// - Throws: `JSONError` for what is no reply.
    package init(parsing bytes: UnsafeRawBufferPointer) throws(JSONError) {
        var parser = JSONParser(bytes)
        var isError = false
        try parser.beginObject()
        // Each turn consumes a member.
        while let key = try parser.nextKey() { try read(key, from: &parser, isError: &isError) }
        try parser.finish()
        if isError && error == nil {
            error = SibylError(.internal, "the server answered with an error and did not say which")
        }
    }

    private mutating func read(
        _ key: JSONText, from parser: inout JSONParser, isError: inout Bool
    ) throws(JSONError) {
        if key.equals("id") {
            if try parser.peek() == .number { id = try parser.number().uint64 } else { try parser.skipValue() }
        } else if key.equals("status") {
            isError = try !parser.string().equals("ok")
        } else if key.equals("error") {
            error = try Self.error(from: &parser).error
        } else if key.equals("errors") {
            itemErrors = try Self.itemErrors(from: &parser)
        } else if key.equals("model") {
            model = try parser.string().string
        } else if key.equals("version") {
            version = try parser.string().string
        } else if key.equals("worker") {
            worker = try parser.string().string
        } else if key.equals("timing") {
            timing = try Self.timing(from: &parser)
        } else if key.equals("content_type") {
            contentType = try parser.string().string
        } else if key.equals("json_length") {
            jsonLength = Int(exactly: try parser.integer())
        } else if key.equals("output") {
            output = try parser.skipValue()
        } else {
            try parser.skipValue()
        }
    }

    private static func timing(from parser: inout JSONParser) throws(JSONError) -> Timing {
        var timing = Timing()
        try parser.beginObject()
        while let key = try parser.nextKey() {
            if key.equals("queue_us") {
                timing.queueMicroseconds = Int(try parser.integer())
            } else if key.equals("compute_us") {
                timing.computeMicroseconds = Int(try parser.integer())
            } else if key.equals("batch_size") {
                timing.batchSize = Int(try parser.integer())
            } else {
                try parser.skipValue()
            }
        }
        return timing
    }

    private static func itemErrors(from parser: inout JSONParser) throws(JSONError) -> [ItemError] {
        var items: [ItemError] = []
        try parser.beginArray()
        while try parser.nextElement() { items.append(try error(from: &parser)) }
        return items
    }

    /// An error object: of the whole reply, or of an item, which also has an index.
    private static func error(from parser: inout JSONParser) throws(JSONError) -> ItemError {
        var item = ItemError(index: 0, error: SibylError(.internal, ""))
        try parser.beginObject()
        while let key = try parser.nextKey() {
            if key.equals("code") {
                // A code of a later protocol: a fault that this client knows nothing better about.
                item.error.code = ErrorCode(wireName: try parser.string().string) ?? .internal
            } else if key.equals("message") {
                item.error.message = try parser.string().string
            } else if key.equals("retry_after_ms") {
                item.error.retryAfterMilliseconds = Int(try parser.integer())
            } else if key.equals("index") {
                item.index = Int(try parser.integer())
            } else if key.equals("details") {
                item.error.details = try details(from: &parser)
            } else {
                try parser.skipValue()
            }
        }
        return item
    }

    private static func details(from parser: inout JSONParser) throws(JSONError) -> [ErrorDetail] {
        var details: [ErrorDetail] = []
        try parser.beginArray()
        while try parser.nextElement() {
            var detail = ErrorDetail(path: "", message: "")
            try parser.beginObject()
            while let key = try parser.nextKey() {
                if key.equals("path") {
                    detail.path = try parser.string().string
                } else if key.equals("message") {
                    detail.message = try parser.string().string
                } else {
                    try parser.skipValue()
                }
            }
            details.append(detail)
        }
        return details
    }
}
