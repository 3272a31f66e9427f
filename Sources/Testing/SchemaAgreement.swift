public import SibylModel

/// Proves that a model's schemas and its `Codable` types say the same: keys, types, and which keys may be missing.
///
/// A decoder that records is handed to the type's own `init(from:)`; it answers with values that the schema allows and
/// notes what the type asks for that the schema does not have.
public enum SchemaAgreement {
    /// What disagrees, in words; empty when nothing does. An output that can't be decoded is left out.
    public static func problems<Model: MLModel>(of model: Model.Type) -> [String] {
        let input = problems(of: Model.Input.self, with: Model.inputSchema).map { "input: " + $0 }
        guard let type = Model.Output.self as? any Decodable.Type else { return input }
        return input + problems(of: type, with: Model.outputSchema).map { "output: " + $0 }
    }

    public static func problems(of type: any Decodable.Type, with schema: JSONSchema) -> [String] {
        let record = AgreementRecord()
        let decoder = RecordingDecoder(schema: schema.json, path: [], record: record)
        do {
            _ = try type.init(from: decoder)
        } catch {
            record.note("\(type) does not decode from a value that the schema allows: \(error)", at: [])
        }
        record.noteUnread()
        return record.problems
    }
}

/// What was found on the way through a type.
final class AgreementRecord {
    private(set) var problems: [String] = []
    /// Members that a schema has, and those that the type has asked for, by the object's path.
    private var known: [String: [String]] = [:]
    private var read: [String: Set<String>] = [:]

    func note(_ problem: String, at path: [any CodingKey]) {
        let place = path.isEmpty ? "" : path.map { "/" + $0.stringValue }.joined() + ": "
        if !problems.contains(place + problem) { problems.append(place + problem) }
    }

    func open(_ object: JSONValue, at path: [any CodingKey]) {
        known[name(path)] = object["properties"]?.object?.keys ?? []
    }

    func markRead(_ key: any CodingKey, of path: [any CodingKey]) {
        read[name(path), default: []].insert(key.stringValue)
    }

    func noteUnread() {
        for (path, keys) in known.sorted(by: { $0.key < $1.key }) {
            for key in keys where !(read[path]?.contains(key) ?? false) {
                problems.append("\(path)/\(key): is in the schema, and the type never asks for it")
            }
        }
    }

    private func name(_ path: [any CodingKey]) -> String {
        path.map { "/" + $0.stringValue }.joined()
    }
}
