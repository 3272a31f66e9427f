/// The schema of schemas, so that a schema may refer to it. The draft spreads it over a document for each vocabulary;
/// here it is one, which says the same.
enum Metaschema {
    static let document: JSONValue = [
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://json-schema.org/draft/2020-12/schema",
        "$vocabulary": [
            "https://json-schema.org/draft/2020-12/vocab/core": true,
            "https://json-schema.org/draft/2020-12/vocab/applicator": true,
            "https://json-schema.org/draft/2020-12/vocab/unevaluated": true,
            "https://json-schema.org/draft/2020-12/vocab/validation": true,
            "https://json-schema.org/draft/2020-12/vocab/meta-data": true,
            "https://json-schema.org/draft/2020-12/vocab/format-annotation": true,
            "https://json-schema.org/draft/2020-12/vocab/content": true,
        ],
        "$dynamicAnchor": "meta",
        "title": "JSON Schema draft 2020-12",
        "type": ["object", "boolean"],
        "properties": .object(keywords),
        "$defs": definitions,
    ]

    private static let schema: JSONValue = ["$dynamicRef": "#meta"]
    private static let schemas: JSONValue = ["type": "array", "minItems": 1, "items": schema]
    private static let schemaMap: JSONValue = ["type": "object", "additionalProperties": schema, "default": [:]]
    private static let string: JSONValue = ["type": "string"]
    private static let number: JSONValue = ["type": "number"]
    private static let boolean: JSONValue = ["type": "boolean"]
    private static let count: JSONValue = ["$ref": "#/$defs/nonNegativeInteger"]
    private static let anchor: JSONValue = ["type": "string", "pattern": "^[A-Za-z_][-A-Za-z0-9._]*$"]

    private static let core: JSONObject = [
        "$id": ["type": "string", "pattern": "^[^#]*#?$"],
        "$schema": string,
        "$ref": string,
        "$anchor": anchor,
        "$dynamicRef": string,
        "$dynamicAnchor": anchor,
        "$vocabulary": ["type": "object", "additionalProperties": boolean],
        "$comment": string,
        "$defs": schemaMap,
    ]

    private static let applicators: JSONObject = [
        "prefixItems": schemas, "items": schema, "contains": schema, "additionalProperties": schema,
        "properties": schemaMap, "patternProperties": schemaMap, "dependentSchemas": schemaMap,
        "propertyNames": schema, "if": schema, "then": schema, "else": schema, "allOf": schemas, "anyOf": schemas,
        "oneOf": schemas, "not": schema, "unevaluatedItems": schema, "unevaluatedProperties": schema,
    ]

    private static let assertions: JSONObject = [
        "type": [
            "anyOf": [
                ["$ref": "#/$defs/simpleTypes"],
                [
                    "type": "array", "items": ["$ref": "#/$defs/simpleTypes"], "minItems": 1, "uniqueItems": true,
                ],
            ]
        ],
        "const": true,
        "enum": ["type": "array", "items": true],
        "multipleOf": ["type": "number", "exclusiveMinimum": 0],
        "maximum": number, "exclusiveMaximum": number, "minimum": number, "exclusiveMinimum": number,
        "maxLength": count, "minLength": count, "pattern": string,
        "maxItems": count, "minItems": count, "uniqueItems": boolean, "maxContains": count, "minContains": count,
        "maxProperties": count, "minProperties": count,
        "required": ["$ref": "#/$defs/stringArray"],
        "dependentRequired": ["type": "object", "additionalProperties": ["$ref": "#/$defs/stringArray"]],
    ]

    private static let annotations: JSONObject = [
        "title": string, "description": string, "default": true, "deprecated": boolean, "readOnly": boolean,
        "writeOnly": boolean, "examples": ["type": "array", "items": true], "format": string,
        "contentEncoding": string, "contentMediaType": string, "contentSchema": schema,
    ]

    private static let definitions: JSONValue = [
        "nonNegativeInteger": ["type": "integer", "minimum": 0],
        "simpleTypes": ["enum": ["array", "boolean", "integer", "null", "number", "object", "string"]],
        "stringArray": ["type": "array", "items": ["type": "string"], "uniqueItems": true, "default": []],
    ]

    private static var keywords: JSONObject {
        var keywords = core
        for group in [applicators, assertions, annotations] {
            for (key, value) in group { keywords[key] = value }
        }
        return keywords
    }
}
