/// A schema in its document: what it is, where it stands, and which URI its references start at.
package struct SchemaPlace {
    package var schema: JSONValue
    /// The resource that the schema is part of.
    var base: SchemaURI
    /// From the resource's root to the schema, as a JSON pointer.
    var pointer: String

    /// Two places are the same schema exactly when their names are equal.
    package var name: String { base.resource + "#" + pointer }

    package func child(_ token: String, _ schema: JSONValue) -> SchemaPlace {
        SchemaPlace(schema: schema, base: base, pointer: pointer + "/" + Self.escaped(token)).rebased()
    }

    /// The place as its own `$id` has it, if it has one: then it is the root of a resource.
    func rebased() -> SchemaPlace {
        guard let id = schema["$id"]?.string else { return self }
        return SchemaPlace(schema: schema, base: SchemaURI(base.resolving(id).resource), pointer: "")
    }

    /// As one token of a JSON pointer (RFC 6901).
    package static func escaped(_ token: String) -> String {
        guard token.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return token }
        return token.replacing("~", with: "~0").replacing("/", with: "~1")
    }

    static func unescaped(_ token: Substring) -> String {
        let token = String(token)
        return token.contains("~") ? token.replacing("~1", with: "/").replacing("~0", with: "~") : token
    }
}

/// All resources that a schema can refer to: its own, those of the documents given beside it, and the metaschema.
package struct SchemaRegistry {
    private struct Resource {
        var root: SchemaPlace
        var anchors: [String: SchemaPlace] = [:]
        var dynamicAnchors: [String: SchemaPlace] = [:]
    }

    /// What every schema may refer to: the metaschema.
    package static let standard: SchemaRegistry = {
        var registry = SchemaRegistry()
        registry.add(Metaschema.document, uri: JSONSchema.dialect)
        return registry
    }()

    private var resources: [String: Resource] = [:]

    /// Adds a document and all resources in it. Returns its root.
    @discardableResult
    package mutating func add(_ document: JSONValue, uri: String) -> SchemaPlace {
        let base = SchemaURI(SchemaURI(uri).resource)
        let root = SchemaPlace(schema: document, base: base, pointer: "").rebased()
        resources[base.resource] = Resource(root: root)
        visit(root)
        return root
    }

    package func root(of uri: String) -> SchemaPlace? {
        resources[uri]?.root
    }

    func dynamicAnchors(of resource: String) -> [String: SchemaPlace] {
        resources[resource]?.dynamicAnchors ?? [:]
    }

    // MARK: - Resources and anchors

    private mutating func visit(_ place: SchemaPlace) {
        guard let members = place.schema.object else { return }
        let name = place.base.resource
        if place.pointer.isEmpty && resources[name] == nil { resources[name] = Resource(root: place) }
        if let anchor = members["$anchor"]?.string { resources[name]?.anchors[anchor] = place }
        if let anchor = members["$dynamicAnchor"]?.string {
            resources[name]?.anchors[anchor] = place
            resources[name]?.dynamicAnchors[anchor] = place
        }
        for (key, value) in members { visitKeyword(key, value, of: place) }
    }

    /// Only where schemas stand: a `$id` in an `enum` names nothing.
    private mutating func visitKeyword(_ key: String, _ value: JSONValue, of place: SchemaPlace) {
        let holder = SchemaPlace(
            schema: .null, base: place.base, pointer: place.pointer + "/" + SchemaPlace.escaped(key))
        switch key {
        case "$defs", "definitions", "properties", "patternProperties", "dependentSchemas":
            for (name, schema) in value.object ?? [:] { visit(holder.child(name, schema)) }
        case "allOf", "anyOf", "oneOf", "prefixItems":
            for (index, schema) in (value.array ?? []).enumerated() { visit(holder.child("\(index)", schema)) }
        case "not", "if", "then", "else", "items", "contains", "additionalProperties", "propertyNames",
            "unevaluatedItems", "unevaluatedProperties", "contentSchema":
            visit(place.child(key, value))
        default: return
        }
    }

    // MARK: - References

    /// What `reference` means in `place`, and whether it goes by a dynamic anchor.
    package func resolve(_ reference: String, in place: SchemaPlace) -> (place: SchemaPlace, dynamicAnchor: String?)? {
        let uri = place.base.resolving(reference)
        guard let resource = resources[uri.resource] else { return nil }
        let fragment = uri.fragment.map(SchemaURI.decoded) ?? ""
        if fragment.isEmpty { return (resource.root, nil) }
        if fragment.hasPrefix("/") { return walk(fragment, from: resource.root).map { ($0, nil) } }
        if let place = resource.dynamicAnchors[fragment] { return (place, fragment) }
        return resource.anchors[fragment].map { ($0, nil) }
    }

    private func walk(_ pointer: String, from root: SchemaPlace) -> SchemaPlace? {
        var place = root
        for token in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            let name = SchemaPlace.unescaped(token)
            switch place.schema {
            case .object(let members):
                guard let member = members[name] else { return nil }
                place = place.child(name, member)
            case .array(let elements):
                guard let index = Int(name), elements.indices.contains(index) else { return nil }
                place = place.child(name, elements[index])
            default: return nil
            }
        }
        return place
    }
}
