/// The members of an object by name, the last where a name stands twice: finds each in the same time, however many there
/// are and whoever has chosen their names.
struct MemberIndex {
    private var places: [MemberName: JSONNode] = [:]

    init(_ object: JSONNode) {
        places.reserveCapacity(object.count)
        for member in object.members { places[MemberName(member.key.stringText)] = member.value }
    }

    var count: Int { places.count }

    subscript(name: MemberName) -> JSONNode? { places[name] }

    subscript(name: String) -> JSONNode? {
        var name = name
        return name.withUTF8 { places[MemberName(utf8: UnsafeRawBufferPointer($0))] }
    }
}

extension MemberIndex: Sequence {
    typealias Element = (name: MemberName, value: JSONNode)

    func makeIterator() -> some IteratorProtocol<Element> {
        places.lazy.map { (name: $0.key, value: $0.value) }.makeIterator()
    }
}

/// A string of a text as a key of hashed collections. Bytes decide, where `String` takes `é` in one scalar and in two for
/// the same. Valid as long as the text is.
struct MemberName: Hashable {
    private let text: JSONText

    init(_ text: JSONText) {
        self.text = text
    }

    init(utf8: UnsafeRawBufferPointer) {
        text = JSONText(raw: utf8, hasEscapes: false, offset: 0)
    }

    static func == (left: MemberName, right: MemberName) -> Bool {
        if right.text.hasEscapes { return right.text.unescaped.withUnsafeBytes { left.text.equals($0) } }
        return left.text.equals(right.text.raw)
    }

    func hash(into hasher: inout Hasher) {
        if text.hasEscapes {
            text.unescaped.withUnsafeBytes { hasher.combine(bytes: $0) }
        } else {
            hasher.combine(bytes: text.raw)
        }
        // No UTF-8 has this byte: so two names in a row are told from two others that are cut elsewhere.
        hasher.combine(UInt8.max)
    }
}
