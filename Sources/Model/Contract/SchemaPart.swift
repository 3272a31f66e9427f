package import SibylJSON

/// What schemas stand in a keyword.
enum SchemaForm {
    case schema, list, map, none

    init(of keyword: String) {
        switch keyword {
        case "not", "if", "then", "else", "items", "contains", "additionalProperties", "propertyNames",
            "unevaluatedItems", "unevaluatedProperties":
            self = .schema
        case "allOf", "anyOf", "oneOf", "prefixItems": self = .list
        case "$defs", "definitions", "properties", "patternProperties", "dependentSchemas": self = .map
        default: self = .none
        }
    }
}

/// A schema where it stands in its document.
package struct SchemaPart {
    package let document: SchemaDocument
    let place: SchemaPlace

    /// Two parts are the same schema exactly when these are equal.
    var identifier: String { document.name + place.name }
    package var schema: JSONValue { place.schema }

    package subscript(keyword: String) -> JSONValue? { place.schema.object?[keyword] }

    /// The schema that a keyword's value is.
    package func child(_ keyword: String) -> SchemaPart? {
        self[keyword].map { SchemaPart(document: document, place: place.child(keyword, $0)) }
    }

    /// The schemas of an array.
    func children(_ keyword: String) -> [SchemaPart] {
        let list = place.child(keyword, .null)
        return (self[keyword]?.array ?? []).enumerated().map { index, schema in
            SchemaPart(document: document, place: list.child("\(index)", schema))
        }
    }

    /// The schemas of an object.
    package func named(_ keyword: String) -> [(name: ExactName, part: SchemaPart)] {
        let map = place.child(keyword, .null)
        return (self[keyword]?.object ?? [:]).map { name, schema in
            (ExactName(name), SchemaPart(document: document, place: map.child(name, schema)))
        }
    }

    func named(_ keyword: String, _ name: ExactName) -> SchemaPart? {
        // What is found may be another spelling of the same letters.
        guard let map = self[keyword]?.object, let schema = map[name.text],
            map.keys.contains(where: { ExactName($0) == name })
        else { return nil }
        return SchemaPart(document: document, place: place.child(keyword, .null).child(name.text, schema))
    }

    /// A keyword's strings, such as those of `required`.
    package func names(_ keyword: String) -> [ExactName] {
        (self[keyword]?.array ?? []).compactMap { $0.string.map(ExactName.init) }
    }

    /// Whether it says the same as another, word for word but for annotations.
    func isSame(as other: SchemaPart) -> Bool {
        let mine = schema.withoutAnnotations
        return !mine.hasReferences && mine.canonicalText == other.schema.withoutAnnotations.canonicalText
    }

    // MARK: - What applies to the parts of a value

    /// Whether something besides the keywords of objects may look at a value's members: what that sees is evaluated.
    private var hasApplicators: Bool {
        let keywords = [
            "$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "not", "if", "dependentSchemas", "contains",
        ]
        return keywords.contains { self[$0] != nil }
    }

    /// What members must meet that neither `properties` nor `patternProperties` knows.
    var additional: SchemaPart? {
        child("additionalProperties") ?? (hasApplicators ? nil : child("unevaluatedProperties"))
    }

    /// What elements must meet that are not in `prefixItems`.
    var rest: SchemaPart? {
        child("items") ?? (hasApplicators ? nil : child("unevaluatedItems"))
    }

    /// The keyword whose meaning lies in what other keywords have seen, if there is one.
    var unevaluated: String? {
        guard hasApplicators else { return nil }
        return ["unevaluatedProperties", "unevaluatedItems"].first { self[$0] != nil && self[$0] != true }
    }

    /// All that a member of this name must meet.
    func schemas(ofMember name: ExactName) -> [SchemaPart] {
        var schemas: [SchemaPart] = []
        if let property = named("properties", name) { schemas.append(property) }
        for (pattern, part) in named("patternProperties") where document.matches(pattern, name) { schemas.append(part) }
        if schemas.isEmpty, let additional { schemas.append(additional) }
        return schemas
    }

    /// What the element at `index` must meet.
    func schema(ofElement index: Int) -> SchemaPart? {
        let prefix = children("prefixItems")
        return index < prefix.count ? prefix[index] : rest
    }
}

/// A member's name, or a pattern. Its bytes decide, as where values are checked; a `String` takes `é` in one scalar and
/// in two for the same.
package struct ExactName: Hashable {
    package let text: String

    package init(_ text: String) { self.text = text }

    package static func == (left: ExactName, right: ExactName) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

extension JSONValue {
    private static let annotations: Set<String> = [
        "title", "description", "default", "deprecated", "readOnly", "writeOnly", "examples", "$comment", "$schema",
    ]

    /// A schema without what only describes.
    fileprivate var withoutAnnotations: JSONValue {
        guard case .object(let members) = self else { return self }
        var bare = JSONObject()
        for (keyword, value) in members where !Self.annotations.contains(keyword) && !keyword.hasPrefix("x-") {
            switch SchemaForm(of: keyword) {
            case .schema: bare[keyword] = value.withoutAnnotations
            case .list: bare[keyword] = value.array.map { .array($0.map(\.withoutAnnotations)) } ?? value
            case .map:
                var schemas = JSONObject()
                for (name, schema) in value.object ?? [:] { schemas[name] = schema.withoutAnnotations }
                bare[keyword] = .object(schemas)
            case .none: bare[keyword] = value
            }
        }
        return .object(bare)
    }

    /// Whether it may mean something else elsewhere.
    var hasReferences: Bool {
        switch self {
        case .array(let elements): elements.contains(where: \.hasReferences)
        case .object(let members):
            members.contains { ["$ref", "$dynamicRef", "$id"].contains($0.key) || $0.value.hasReferences }
        default: false
        }
    }
}
