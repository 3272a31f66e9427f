internal import SibylJSON

/// Compares what two versions of a model promise.
///
/// Every input that the old schema takes must be taken by the new one, and every output that the new one allows must be
/// one that the readers of the old know: there, of the old types, within the old bounds. Members that an output has
/// besides are no break, since readers ignore them, also where the old schema forbade any.
///
/// The check is sound: no breaks means that there is no such input or output. It is no complete one, which JSON Schema
/// does not admit; what it can't tell it says so of (`ContractBreak.Kind.undecided`). Numbers count as what they are read
/// as, whole ones of 64 bits or doubles. Titles, descriptions, examples, defaults and unknown keywords say nothing;
/// `format` and the content keywords do, though no validator asserts them.
public enum ContractCheck {
    /// What breaks callers of `old` when `new` takes its place; empty when nothing does.
    public static func breaks(from old: ModelMetadata, to new: ModelMetadata) -> [ContractBreak] {
        breaks(ofInputs: old.inputSchema, takenBy: new.inputSchema)
            + breaks(ofOutputs: new.outputSchema, readAs: old.outputSchema)
    }

    /// - Parameters:
    ///   - old: what callers send.
    ///   - new: what must take all of it.
    public static func breaks(ofInputs old: JSONSchema, takenBy new: JSONSchema) -> [ContractBreak] {
        breaks(.input, of: old, within: new)
    }

    /// - Parameters:
    ///   - new: what the model may give.
    ///   - old: what callers read it as.
    public static func breaks(ofOutputs new: JSONSchema, readAs old: JSONSchema) -> [ContractBreak] {
        let strict = breaks(.output, of: new, within: old)
        let readers = JSONSchema(old.json.withoutClosing)
        return strict.isEmpty || readers == old ? strict : breaks(.output, of: new, within: readers)
    }

    private static func breaks(_ side: ContractBreak.Side, of value: JSONSchema, within target: JSONSchema)
        -> [ContractBreak]
    {
        if value.json.canonicalText == target.json.canonicalText { return [] }
        var containment = Containment(ContractWords(side))
        do throws(JSONSchemaError) {
            let value = try SchemaDocument(value, name: "value:")
            let target = try SchemaDocument(target, name: "target:")
            return containment.breaks(of: Conjunction(value.root), within: target.root, at: Position())
        } catch {
            return [ContractBreak(side, .undecided, path: "", "can't be compared: \(error)")]
        }
    }
}

extension JSONValue {
    /// A schema as those see it who ignore members that it does not name: none are forbidden.
    var withoutClosing: JSONValue {
        guard case .object(let members) = self else { return self }
        var open = JSONObject()
        for (keyword, value) in members {
            switch SchemaForm(of: keyword) {
            case .schema:
                let closes = ["additionalProperties", "unevaluatedProperties"].contains(keyword) && value == false
                if !closes { open[keyword] = value.withoutClosing }
            case .list: open[keyword] = value.array.map { .array($0.map(\.withoutClosing)) } ?? value
            case .map:
                var schemas = JSONObject()
                for (name, schema) in value.object ?? [:] { schemas[name] = schema.withoutClosing }
                open[keyword] = .object(schemas)
            case .none: open[keyword] = value
            }
        }
        return .object(open)
    }
}
