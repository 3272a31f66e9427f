internal import SibylJSON

extension WorkerAnnouncement.Policy {
    /// `{"qualified_name": ..., "default": ..., "aliases": {"canary": {"1.2.0": 90, "1.3.0": 10}}}`
    init(reading parser: inout JSONParser) throws(JSONError) {
        self.init(name: "")
        try parser.beginObject()
        while let key = try parser.nextKey() {
            if key.equals("qualified_name") {
                name = try parser.string().string
            } else if key.equals("default") {
                standard = try parser.string().string
            } else if key.equals("aliases") {
                aliases.removeAll()
                try parser.beginObject()
                while let alias = try parser.nextKey() {
                    aliases.append(Alias(name: alias.string, shares: try Self.shares(&parser)))
                }
            } else {
                try parser.skipValue()
            }
        }
    }

    private static func shares(_ parser: inout JSONParser) throws(JSONError) -> [Share] {
        var shares: [Share] = []
        try parser.beginObject()
        while let version = try parser.nextKey() {
            // Beyond a million there is nothing to tell apart, and sums stay small.
            let weight = Int(min(max(0, try parser.integer()), 1_000_000))
            if weight > 0 { shares.append(Share(version: version.string, weight: weight)) }
        }
        return shares
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("qualified_name")
        writer.string(name)
        if !standard.isEmpty {
            writer.key("default")
            writer.string(standard)
        }
        writeAliases(to: &writer)
        writer.endObject()
    }

    func writeAliases(to writer: inout JSONWriter) {
        writer.key("aliases")
        writer.beginObject()
        for alias in aliases {
            writer.key(alias.name)
            writer.beginObject()
            for share in alias.shares {
                writer.key(share.version)
                writer.integer(share.weight)
            }
            writer.endObject()
        }
        writer.endObject()
    }
}

extension WorkerAnnouncement.Absence {
    init(reading parser: inout JSONParser) throws(JSONError) {
        self.init(name: "", version: "", state: "failed")
        try parser.beginObject()
        while let key = try parser.nextKey() {
            if key.equals("qualified_name") {
                name = try parser.string().string
            } else if key.equals("version") {
                version = try parser.string().string
            } else if key.equals("state") {
                state = try parser.string().string
            } else if key.equals("message") {
                message = try parser.string().string
            } else {
                try parser.skipValue()
            }
        }
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("qualified_name")
        writer.string(name)
        writer.key("version")
        writer.string(version)
        writer.key("state")
        writer.string(state)
        if !message.isEmpty {
            writer.key("message")
            writer.string(message)
        }
        writer.endObject()
    }
}
