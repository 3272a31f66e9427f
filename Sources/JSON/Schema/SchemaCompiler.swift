/// Turns a schema's document into a program. Schemas are numbered when they are met first, in the document or by a
/// reference, and compiled in that order: so neither a cycle nor a long chain of references is a problem. What is never
/// referred to is never compiled.
struct SchemaCompiler {
    private var registry = SchemaRegistry.standard
    private var numbers: [String: Int] = [:]
    /// The schemas that were met.
    private var places: [SchemaPlace] = []
    private var resources: [String: Int] = [:]
    private var resourceNames: [String] = []
    /// Those of them that are compiled: the first so many.
    private var schemas: [CompiledSchema] = []
    /// Whether the dialect in force has the vocabulary of validation; one that hasn't only describes.
    private var validates = true

    static func compile(_ schema: JSONValue, resources: [String: JSONValue]) throws(JSONSchemaError) -> SchemaProgram {
        var compiler = SchemaCompiler()
        for (uri, document) in resources.sorted(by: { $0.key < $1.key }) { compiler.registry.add(document, uri: uri) }
        let root = compiler.registry.add(schema, uri: "schema:")
        compiler.validates = compiler.hasValidation(schema)
        let number = compiler.number(of: root)
        try compiler.compilePlaces()
        let anchors = try compiler.compileDynamicAnchors()
        return SchemaProgram(schemas: compiler.schemas, dynamicAnchors: anchors, root: number)
    }

    private func hasValidation(_ schema: JSONValue) -> Bool {
        guard let dialect = schema["$schema"]?.string, dialect != JSONSchema.dialect,
            let vocabulary = registry.root(of: SchemaURI(dialect).resource)?.schema["$vocabulary"]?.object
        else { return true }
        return vocabulary["https://json-schema.org/draft/2020-12/vocab/validation"] != nil
    }

    /// Any resource that was met may be in the dynamic scope of a reference, and compiling an anchor may meet others.
    private mutating func compileDynamicAnchors() throws(JSONSchemaError) -> [[String: Int]] {
        var anchors: [[String: Int]] = []
        // Ends with the resources of the registry, each taken once.
        while anchors.count < resourceNames.count {
            let places = registry.dynamicAnchors(of: resourceNames[anchors.count])
            var numbers: [String: Int] = [:]
            for (name, place) in places.sorted(by: { $0.key < $1.key }) { numbers[name] = number(of: place) }
            anchors.append(numbers)
            try compilePlaces()
        }
        return anchors
    }

    // MARK: - Schemas

    private mutating func number(of place: SchemaPlace) -> Int {
        if let number = numbers[place.name] { return number }
        numbers[place.name] = places.count
        places.append(place)
        return places.count - 1
    }

    /// Compiles what was met, and what is met on the way.
    private mutating func compilePlaces() throws(JSONSchemaError) {
        while schemas.count < places.count { schemas.append(try compile(places[schemas.count])) }
    }

    private mutating func compile(_ place: SchemaPlace) throws(JSONSchemaError) -> CompiledSchema {
        let resource = resource(place.base.resource)
        switch place.schema {
        case .bool(let takesAll): return CompiledSchema(resource: resource, refusesAll: !takesAll)
        case .object(let members): return try compile(members, of: place, resource)
        default: throw JSONSchemaError(.malformed, at: place.pointer, "a schema is an object, true or false")
        }
    }

    private mutating func resource(_ name: String) -> Int {
        if let number = resources[name] { return number }
        resources[name] = resourceNames.count
        resourceNames.append(name)
        return resourceNames.count - 1
    }

    private mutating func compile(_ members: JSONObject, of place: SchemaPlace, _ resource: Int)
        throws(JSONSchemaError) -> CompiledSchema
    {
        let rules = SchemaKeywords(members: members, place: place)
        return CompiledSchema(
            resource: resource, refusesAll: validates && members["enum"]?.array?.isEmpty == true,
            types: validates ? try rules.types() : [], values: validates ? try rules.valueAssertions() : nil,
            numbers: validates ? try rules.numberAssertions() : nil,
            strings: validates ? try rules.stringAssertions() : nil, arrays: try compileArrays(rules),
            objects: try compileObjects(rules), applicators: try compileApplicators(members, of: place),
            unevaluatedItems: child("unevaluatedItems", members, of: place),
            unevaluatedProperties: child("unevaluatedProperties", members, of: place))
    }

    private mutating func child(_ key: String, _ members: JSONObject, of place: SchemaPlace) -> Int? {
        members[key].map { number(of: place.child(key, $0)) }
    }

    private mutating func children(_ key: String, _ members: JSONObject, of place: SchemaPlace)
        throws(JSONSchemaError) -> [Int]?
    {
        guard let value = members[key] else { return nil }
        let holder = SchemaPlace(schema: .null, base: place.base, pointer: place.pointer + "/" + key)
        guard let elements = value.array, !elements.isEmpty else {
            throw JSONSchemaError(.malformed, at: holder.pointer, "\(key) is an array of at least one schema")
        }
        var list: [Int] = []
        for (index, element) in elements.enumerated() { list.append(number(of: holder.child("\(index)", element))) }
        return list
    }

    private mutating func namedChildren(_ key: String, _ members: JSONObject, of place: SchemaPlace)
        throws(JSONSchemaError) -> [(key: String, schema: Int)]
    {
        guard let value = members[key] else { return [] }
        let holder = SchemaPlace(schema: .null, base: place.base, pointer: place.pointer + "/" + key)
        guard let object = value.object else {
            throw JSONSchemaError(.malformed, at: holder.pointer, "\(key) is an object of schemas")
        }
        var map: [(key: String, schema: Int)] = []
        for (name, schema) in object { map.append((name, number(of: holder.child(name, schema)))) }
        return map
    }

    // MARK: - Containers

    private mutating func compileArrays(_ rules: SchemaKeywords) throws(JSONSchemaError) -> ArrayRules? {
        let arrays = validates ? try rules.arrayAssertions() : ArrayRules()
        arrays.prefix = try children("prefixItems", rules.members, of: rules.place) ?? []
        arrays.items = child("items", rules.members, of: rules.place)
        arrays.contains = child("contains", rules.members, of: rules.place)
        let isNeeded =
            !arrays.prefix.isEmpty || arrays.items != nil || arrays.contains != nil || arrays.minimumCount != nil
            || arrays.maximumCount != nil || arrays.isUnique
        return isNeeded ? arrays : nil
    }

    private mutating func compileObjects(_ rules: SchemaKeywords) throws(JSONSchemaError) -> ObjectRules? {
        let keywords = [
            "properties", "required", "patternProperties", "additionalProperties", "propertyNames", "minProperties",
            "maxProperties", "dependentRequired",
        ]
        guard keywords.contains(where: { rules.members[$0] != nil }) else { return nil }
        let minimum = validates ? try rules.count("minProperties") : nil
        let maximum = validates ? try rules.count("maxProperties") : nil
        let dependent = validates ? try rules.dependentRequired() : []
        let properties = try namedChildren("properties", rules.members, of: rules.place)
        let required = validates ? try rules.strings("required") ?? [] : []
        var names = properties.map(\.key)
        var places = Dictionary(uniqueKeysWithValues: zip(names, 0...))
        for name in required where places[name] == nil {
            places[name] = names.count
            names.append(name)
        }
        let patterns = try namedChildren("patternProperties", rules.members, of: rules.place)
        return ObjectRules(
            keys: SchemaKeyTable(names),
            properties: properties.map(\.schema) + Array(repeating: -1, count: names.count - properties.count),
            required: required.compactMap { places[$0] },
            patterns: try patterns.map { text, schema throws(JSONSchemaError) in
                (try rules.pattern(text, at: "patternProperties"), schema)
            },
            additional: child("additionalProperties", rules.members, of: rules.place),
            names: child("propertyNames", rules.members, of: rules.place),
            minimumCount: minimum, maximumCount: maximum, dependentRequired: dependent)
    }

    // MARK: - Applicators

    private mutating func compileApplicators(_ members: JSONObject, of place: SchemaPlace) throws(JSONSchemaError)
        -> [Applicator]
    {
        var applicators: [Applicator] = []
        if let target = try reference("$ref", members, of: place) { applicators.append(.reference(target.schema)) }
        if let target = try reference("$dynamicRef", members, of: place) {
            applicators.append(
                target.anchor.map { .dynamicReference(anchor: $0, otherwise: target.schema) }
                    ?? .reference(target.schema))
        }
        if let list = try children("allOf", members, of: place) { applicators.append(.allOf(list)) }
        if let list = try children("anyOf", members, of: place) { applicators.append(.anyOf(list)) }
        if let list = try children("oneOf", members, of: place) { applicators.append(.oneOf(list)) }
        if let schema = child("not", members, of: place) { applicators.append(.not(schema)) }
        if let condition = child("if", members, of: place) {
            let then = child("then", members, of: place)
            let otherwise = child("else", members, of: place)
            applicators.append(.condition(if: condition, then: then, otherwise: otherwise))
        }
        let dependent = try namedChildren("dependentSchemas", members, of: place)
        if !dependent.isEmpty { applicators.append(.dependentSchemas(dependent)) }
        return applicators
    }

    private mutating func reference(_ key: String, _ members: JSONObject, of place: SchemaPlace)
        throws(JSONSchemaError) -> (schema: Int, anchor: String?)?
    {
        guard let value = members[key] else { return nil }
        let location = place.pointer + "/" + key
        guard let text = value.string else {
            throw JSONSchemaError(.malformed, at: location, "\(key) is a string")
        }
        guard let target = registry.resolve(text, in: place) else {
            throw JSONSchemaError(.unresolvedReference, at: location, "\(key) \"\(text)\" leads nowhere")
        }
        return (number(of: target.place), target.dynamicAnchor)
    }
}
