package import SibylJSON
internal import SibylProtocol

/// The announcement as it travels behind a hello's header.
extension WorkerAnnouncement {
    /// Reads a whole hello frame.
    ///
    /// - Throws: `JSONError` when what follows the header is no announcement.
    package init(reading frame: UnsafeRawBufferPointer) throws(JSONError) {
        guard let header = WorkerMessage.Hello(reading: frame) else {
            throw JSONError(code: .syntax, message: "the hello is shorter than its header", offset: 0)
        }
        self.init(name: "", process: header.process, capacity: header.capacity, models: [])
        var parser = JSONParser(UnsafeRawBufferPointer(rebasing: frame[WorkerMessage.Hello.byteCount...]))
        try parser.beginObject()
        while let key = try parser.nextKey() {
            if key.equals("name") {
                name = try parser.string().string
            } else if key.equals("models") {
                // Of a key that stands twice the last one counts.
                models.removeAll()
                try parser.beginArray()
                while try parser.nextElement() { models.append(try Model(reading: &parser, frame)) }
            } else {
                try parser.skipValue()
            }
        }
        try parser.finish()
    }

    /// The whole hello frame.
    package func helloBytes() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("name")
        writer.string(name)
        writer.key("models")
        writer.beginArray()
        for model in models { model.write(to: &writer) }
        writer.endArray()
        writer.endObject()
        return WorkerMessage.Hello(capacity: capacity, process: process).bytes(followedBy: writer.bytes)
    }
}

extension WorkerAnnouncement.Model {
    fileprivate init(reading parser: inout JSONParser, _ frame: UnsafeRawBufferPointer) throws(JSONError) {
        self.init(name: "", version: "")
        let begin = parser.position
        try parser.beginObject()
        while let key = try parser.nextKey() {
            if key.equals("qualified_name") {
                name = try parser.string().string
            } else if key.equals("version") {
                version = try parser.string().string
            } else if key.equals("display_name") {
                displayName = try parser.string().string
            } else if key.equals("description") {
                description = try parser.string().string
            } else if key.equals("input_schema") {
                inputSchema = Self.text(at: try parser.skipValue(), of: frame)
            } else if key.equals("output_schema") {
                outputSchema = Self.text(at: try parser.skipValue(), of: frame)
            } else {
                try parser.skipValue()
            }
        }
        if name.isEmpty || version.isEmpty {
            throw JSONError(code: .type, message: "a model needs a qualified_name and a version", offset: begin)
        }
    }

    private static func text(at range: Range<Int>, of frame: UnsafeRawBufferPointer) -> [UInt8] {
        let start = WorkerMessage.Hello.byteCount
        return Array(frame[(start + range.lowerBound)..<(start + range.upperBound)])
    }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("qualified_name")
        writer.string(name)
        writer.key("version")
        writer.string(version)
        writer.key("display_name")
        writer.string(displayName)
        writer.key("description")
        writer.string(description)
        writer.key("input_schema")
        writer.raw(inputSchema)
        writer.key("output_schema")
        writer.raw(outputSchema)
        writer.endObject()
    }
}
