extension JSONWriter {
    /// Writes a value in the one form that all texts have which say the same: members in the order of their keys'
    /// bytes, numbers by their values, nothing escaped that needn't be, no white space.
    ///
    /// Numbers count as what they are read as: whole ones of 64 bits, or the nearest double; 0 and -0 stay apart, since
    /// arithmetic does too. A key that stands twice does so here too, in the order of the text.
    ///
    /// - Throws: never for a value that a parser gave.
    package mutating func canonical(_ node: JSONNode) throws(JSONError) {
        switch node.kind {
        case .null: null()
        case .bool: bool(node.bool ?? false)
        case .number: try canonicalNumber(node)
        // Without escapes it has none that needn't be.
        case .string: if node.stringText.hasEscapes { string(node.stringText.string) } else { raw(node.source) }
        case .array:
            beginArray()
            for element in node.elements { try canonical(element) }
            endArray()
        case .object:
            beginObject()
            if Self.isSorted(node) {
                for member in node.members { try canonical(member.key.stringText, member.value) }
            } else {
                for (name, value) in Self.sortedMembers(of: node) { try canonical(name, value) }
            }
            endObject()
        }
    }

    private mutating func canonical(_ name: JSONText, _ value: JSONNode) throws(JSONError) {
        key(name)
        try canonical(value)
    }

    private mutating func canonicalNumber(_ node: JSONNode) throws(JSONError) {
        guard let number = node.number else { return null() }
        let value = number.double
        if value == 0 && value.sign == .minus {
            try double(value)
        } else if let whole = number.int64 {
            integer(whole)
        } else if let whole = number.uint64 {
            integer(whole)
        } else {
            try double(value)
        }
    }

    /// As what programs write often is: then nothing is allocated.
    private static func isSorted(_ object: JSONNode) -> Bool {
        var last: JSONText?
        for member in object.members {
            let name = member.key.stringText
            if let last, name.precedes(last) { return false }
            last = name
        }
        return true
    }

    /// In the order of the keys' bytes, and of the text where keys are equal.
    private static func sortedMembers(of object: JSONNode) -> [(name: JSONText, value: JSONNode)] {
        let members = object.members.map { (name: $0.key.stringText, value: $0.value) }
        let places = members.indices.sorted { left, right in
            if members[left].name.precedes(members[right].name) { return true }
            return !members[right].name.precedes(members[left].name) && left < right
        }
        return places.map { members[$0] }
    }
}

extension JSONText {
    /// By the bytes of the meaning.
    fileprivate func precedes(_ other: JSONText) -> Bool {
        if !hasEscapes && !other.hasEscapes { return raw.lexicographicallyPrecedes(other.raw) }
        return unescaped.lexicographicallyPrecedes(other.unescaped)
    }
}

extension JSONValue {
    /// The text that all values which are equal have, and no others; nil for what has no JSON.
    package var canonicalText: [UInt8]? {
        guard let bytes = try? bytes() else { return nil }
        return try? JSONDocument().withParsed(bytes) { node in
            var writer = JSONWriter()
            try writer.canonical(node)
            return writer.bytes
        }
    }
}
