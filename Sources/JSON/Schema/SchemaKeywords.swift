/// The members of one schema, read with checks of their form.
struct SchemaKeywords {
    let members: JSONObject
    let place: SchemaPlace

    func fault(_ key: String, _ message: String) -> JSONSchemaError {
        JSONSchemaError(.malformed, at: place.pointer + "/" + SchemaPlace.escaped(key), message)
    }

    // MARK: - Scalars

    func types() throws(JSONSchemaError) -> JSONTypes {
        guard let value = members["type"] else { return [] }
        var types: JSONTypes = []
        for name in value.array ?? [value] {
            guard let known = JSONTypes.names.first(where: { $0.name == name.string }) else {
                let names = JSONTypes.names.map(\.name).joined(separator: ", ")
                throw fault("type", "type is one of \(names), or an array of them")
            }
            types.insert(known.type)
        }
        return types
    }

    func valueAssertions() throws(JSONSchemaError) -> ValueRules? {
        let rules = ValueRules()
        rules.constant = members["const"]
        if let value = members["enum"] {
            guard let choices = value.array else { throw fault("enum", "enum is an array of values") }
            rules.choices = SchemaChoices(choices)
        }
        return rules.constant != nil || rules.choices != nil ? rules : nil
    }

    func numberAssertions() throws(JSONSchemaError) -> NumberRules? {
        let rules = NumberRules()
        rules.minimum = try number("minimum")
        rules.maximum = try number("maximum")
        rules.exclusiveMinimum = try number("exclusiveMinimum")
        rules.exclusiveMaximum = try number("exclusiveMaximum")
        if let multiple = try number("multipleOf") {
            guard multiple.double > 0 else { throw fault("multipleOf", "multipleOf is a number above 0") }
            rules.multipleOf = (multiple, DecimalNumber(multiple.text))
        }
        let isNeeded =
            rules.minimum != nil || rules.maximum != nil || rules.exclusiveMinimum != nil
            || rules.exclusiveMaximum != nil || rules.multipleOf != nil
        return isNeeded ? rules : nil
    }

    func stringAssertions() throws(JSONSchemaError) -> StringRules? {
        let rules = StringRules()
        rules.minimumLength = try count("minLength")
        rules.maximumLength = try count("maxLength")
        if let value = members["pattern"] {
            guard let text = value.string else { throw fault("pattern", "pattern is a string") }
            rules.pattern = try pattern(text, at: "pattern")
        }
        return rules.minimumLength != nil || rules.maximumLength != nil || rules.pattern != nil ? rules : nil
    }

    // MARK: - Containers

    func arrayAssertions() throws(JSONSchemaError) -> ArrayRules {
        let rules = ArrayRules()
        rules.minimumCount = try count("minItems")
        rules.maximumCount = try count("maxItems")
        rules.minimumContains = try count("minContains") ?? 1
        rules.maximumContains = try count("maxContains")
        if let value = members["uniqueItems"] {
            guard let isUnique = value.bool else { throw fault("uniqueItems", "uniqueItems is true or false") }
            rules.isUnique = isUnique
        }
        return rules
    }

    func dependentRequired() throws(JSONSchemaError) -> [(key: String, required: [String])] {
        guard let value = members["dependentRequired"] else { return [] }
        guard let object = value.object else {
            throw fault("dependentRequired", "dependentRequired is an object of arrays of strings")
        }
        return try object.map { key, names throws(JSONSchemaError) in
            guard let names = names.array, names.allSatisfy({ $0.string != nil }) else {
                throw fault("dependentRequired", "dependentRequired is an object of arrays of strings")
            }
            return (key, names.compactMap(\.string))
        }
    }

    // MARK: - Values of keywords

    func number(_ key: String) throws(JSONSchemaError) -> SchemaNumber? {
        guard let value = members[key] else { return nil }
        guard let double = value.double else { throw fault(key, "\(key) is a number") }
        return SchemaNumber(double: double, integer: value.int64)
    }

    func count(_ key: String) throws(JSONSchemaError) -> Int? {
        guard let value = members[key] else { return nil }
        guard let count = value.int64, count >= 0 else { throw fault(key, "\(key) is a whole number from 0") }
        return Int(count)
    }

    func strings(_ key: String) throws(JSONSchemaError) -> [String]? {
        guard let value = members[key] else { return nil }
        guard let array = value.array, array.allSatisfy({ $0.string != nil }) else {
            throw fault(key, "\(key) is an array of strings")
        }
        return array.compactMap(\.string)
    }

    func pattern(_ text: String, at key: String) throws(JSONSchemaError) -> SchemaPattern {
        do {
            return try SchemaPattern(text)
        } catch {
            throw fault(key, "\"\(text)\" is no regular expression that can be read: \(error)")
        }
    }
}
