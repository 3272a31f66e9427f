internal import SibylInference
internal import SibylJSON

/// Writes what payloads are compared by: their JSON in its canonical form, behind it what is no JSON.
struct CacheKeyWriter: ~Copyable {
    private var writer = JSONWriter(capacity: 512)

    /// - Parameter document: to parse with.
    /// - Returns: valid until the next is written; nil for what is no JSON.
    mutating func key(of payload: Payload, with document: JSONDocument) -> UnsafeRawBufferPointer? {
        writer.removeAll()
        var text = payload.bytes
        var rest = UnsafeRawBufferPointer(start: nil, count: 0)
        switch payload.form {
        case .json: break
        // No JSON begins with these bytes, so that keys of different forms differ.
        case .openInference: writer.raw([1])
        case .openInferenceBinary(let length):
            guard (0...text.count).contains(length) else { return nil }
            writer.raw([2])
            rest = UnsafeRawBufferPointer(rebasing: text[length...])
            text = UnsafeRawBufferPointer(rebasing: text[..<length])
        }
        writer.beginText()
        do {
            try document.withParsed(text) { try writer.canonical($0) }
        } catch {
            return nil
        }
        writer.beginText()
        writer.raw(rest)
        return writer.written
    }
}
