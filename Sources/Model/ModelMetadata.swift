/// What a model says of itself.
public struct ModelMetadata: Sendable, Hashable {
    /// For people.
    public var displayName: String
    /// For programs: see `isQualifiedName`.
    public var qualifiedName: String
    public var description: String
    public var version: SemanticVersion
    public var inputSchema: JSONSchema
    public var outputSchema: JSONSchema

    public init(
        displayName: String, qualifiedName: String, description: String, version: SemanticVersion,
        inputSchema: JSONSchema, outputSchema: JSONSchema
    ) {
        self.displayName = displayName
        self.qualifiedName = qualifiedName
        self.description = description
        self.version = version
        self.inputSchema = inputSchema
        self.outputSchema = outputSchema
    }

    /// Whether a name can stand in a URL as it is: 1 to 128 letters, digits, `.`, `_` and `-` of ASCII, the first a
    /// letter or a digit.
    public static func isQualifiedName(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 128 else { return false }
        return isLetterOrDigit(first)
            && name.utf8.allSatisfy { byte in
                isLetterOrDigit(byte) || [UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-")].contains(byte)
            }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    /// - Throws: `ModelLoadError` when the model could not be asked for by its name.
    public func check() throws(ModelLoadError) {
        guard Self.isQualifiedName(qualifiedName) else {
            throw ModelLoadError(
                "\"\(qualifiedName)\" can't be a qualified name: use 1 to 128 letters, digits, '.', '_' and '-', "
                    + "the first a letter or a digit")
        }
    }
}

/// The JSON form, in which a plug-in tells it.
extension ModelMetadata {
    public var json: JSONValue {
        [
            "display_name": .string(displayName), "qualified_name": .string(qualifiedName),
            "description": .string(description), "version": .string(version.description),
            "input_schema": inputSchema.document, "output_schema": outputSchema.document,
        ]
    }

    /// - Throws: `ModelLoadError` that names the member that is missing or off.
    public init(json: JSONValue) throws(ModelLoadError) {
        func text(_ key: String) throws(ModelLoadError) -> String {
            guard let text = json[key]?.string else { throw ModelLoadError("its metadata has no string \"\(key)\"") }
            return text
        }
        func schema(_ key: String) throws(ModelLoadError) -> JSONSchema {
            guard let schema = json[key] else { throw ModelLoadError("its metadata has no \"\(key)\"") }
            return JSONSchema(schema)
        }
        let version = try text("version")
        guard let semantic = SemanticVersion(version) else {
            throw ModelLoadError("its version \"\(version)\" is no semantic version such as 1.2.0")
        }
        self.init(
            displayName: try text("display_name"), qualifiedName: try text("qualified_name"),
            description: try text("description"), version: semantic, inputSchema: try schema("input_schema"),
            outputSchema: try schema("output_schema"))
    }
}
