package import SibylJSON
internal import SibylProtocol

/// The announcement as it travels behind the header of a hello, or of the message that models have changed.
extension WorkerAnnouncement {
    /// Reads a whole hello frame.
    ///
    /// - Throws: `JSONError` when what follows the header is no announcement.
    package init(reading frame: UnsafeRawBufferPointer) throws(JSONError) {
        guard let header = WorkerMessage.Hello(reading: frame) else {
            throw JSONError(code: .syntax, message: "the hello is shorter than its header", offset: 0)
        }
        self.init(name: "", process: header.process, capacity: header.capacity, models: [])
        try readMembers(UnsafeRawBufferPointer(rebasing: frame[WorkerMessage.Hello.byteCount...]))
    }

    /// Reads a whole frame that tells of a change.
    ///
    /// - Throws: as the other.
    package init(readingChange frame: UnsafeRawBufferPointer) throws(JSONError) {
        self.init(name: "", capacity: 0, models: [])
        try readMembers(UnsafeRawBufferPointer(rebasing: frame.dropFirst(Self.changeHeader)))
    }

    private static let changeHeader = 4

    private mutating func readMembers(_ text: UnsafeRawBufferPointer) throws(JSONError) {
        var parser = JSONParser(text)
        try parser.beginObject()
        while let key = try parser.nextKey() {
            if key.equals("name") {
                name = try parser.string().string
            } else if key.equals("models") {
                // Of a key that stands twice the last one counts.
                models.removeAll()
                try parser.beginArray()
                while try parser.nextElement() { models.append(try Model(reading: &parser, text)) }
            } else if key.equals("policies") {
                policies.removeAll()
                try parser.beginArray()
                while try parser.nextElement() { policies.append(try Policy(reading: &parser)) }
            } else if key.equals("absences") {
                absences.removeAll()
                try parser.beginArray()
                while try parser.nextElement() { absences.append(try Absence(reading: &parser)) }
            } else {
                try parser.skipValue()
            }
        }
        try parser.finish()
    }

    /// The whole hello frame.
    package func helloBytes() -> [UInt8] {
        WorkerMessage.Hello(capacity: capacity, process: process).bytes(followedBy: members)
    }

    /// The whole frame that tells of a change.
    package func changeBytes() -> [UInt8] {
        WorkerMessage.bytes(.models) + members
    }

    private var members: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        if !name.isEmpty {
            writer.key("name")
            writer.string(name)
        }
        writer.key("models")
        writer.beginArray()
        for model in models { model.write(to: &writer) }
        writer.endArray()
        if !policies.isEmpty {
            writer.key("policies")
            writer.beginArray()
            for policy in policies { policy.write(to: &writer) }
            writer.endArray()
        }
        if !absences.isEmpty {
            writer.key("absences")
            writer.beginArray()
            for absence in absences { absence.write(to: &writer) }
            writer.endArray()
        }
        writer.endObject()
        return writer.bytes
    }
}

extension WorkerAnnouncement.Model {
    init(reading parser: inout JSONParser, _ text: UnsafeRawBufferPointer) throws(JSONError) {
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
            } else if key.equals("place") {
                place = UInt32(exactly: try parser.integer())
            } else if key.equals("state") {
                isLeaving = try parser.string().equals("unloading")
            } else if key.equals("input_schema") {
                inputSchema = Self.bytes(at: try parser.skipValue(), of: text)
            } else if key.equals("output_schema") {
                outputSchema = Self.bytes(at: try parser.skipValue(), of: text)
            } else if key.equals("tensors") {
                tensors = Self.bytes(at: try parser.skipValue(), of: text)
            } else {
                try parser.skipValue()
            }
        }
        if name.isEmpty || version.isEmpty {
            throw JSONError(code: .type, message: "a model needs a qualified_name and a version", offset: begin)
        }
    }

    private static func bytes(at range: Range<Int>, of text: UnsafeRawBufferPointer) -> [UInt8] {
        Array(text[range])
    }

    func write(to writer: inout JSONWriter) {
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
        if !tensors.isEmpty {
            writer.key("tensors")
            writer.raw(tensors)
        }
        if let place {
            writer.key("place")
            writer.integer(place)
        }
        if isLeaving {
            writer.key("state")
            writer.string("unloading")
        }
        writer.endObject()
    }
}
