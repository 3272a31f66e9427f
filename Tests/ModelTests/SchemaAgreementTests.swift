import SibylModel
import SibylTesting
import Testing

struct SchemaAgreementTests {
    private enum Kind: String, Codable, CaseIterable { case small, large }
    private struct Inner: Codable { var values: [Float] }
    private struct Sample: Codable {
        var count: Int
        var ratio: Double?
        var kind: Kind
        var inner: Inner
        var weights: [String: Double]
        enum CodingKeys: String, CodingKey { case count, ratio, kind, inner, weights }
    }
    private enum InnerKeys: String, CodingKey { case values }

    private static let inner = JSONSchema.object(keyedBy: InnerKeys.self) {
        Property(.values, .array(of: .number(), minimumCount: 2))
    }
    private static let right = JSONSchema.object(keyedBy: Sample.CodingKeys.self) {
        Property(.count, .integer(minimum: 5))
        Property(.ratio, .number(), isOptional: true)
        Property(.kind, .enumeration(Kind.self))
        Property(.inner, inner)
        Property(.weights, .map(of: .number()))
    }

    @Test func findsNothingWhereNothingIs() {
        #expect(SchemaAgreement.problems(of: Sample.self, with: Self.right) == [])
        #expect(SchemaAgreement.problems(of: Doubler.self) == [])
    }

    @Test(arguments: [
        ("count", JSONSchema.string(), "/count: the type reads a whole number, the schema says string"),
        ("count", .number(), "/count: the type reads a whole number, the schema says number"),
        ("kind", .enumeration(["huge"]), "does not decode"),
        ("inner", .object(keyedBy: InnerKeys.self) {}, "/inner/values: the type asks for it"),
        ("weights", .map(of: .boolean()), "/weights/key: the type reads a number, the schema says boolean"),
        ("more", .boolean(), "/more: is in the schema, and the type never asks for it"),
    ])
    func findsWhatDisagrees(_ key: String, _ schema: JSONSchema, _ problem: String) throws {
        var members = try #require(Self.right.json.object)
        var properties = try #require(members["properties"]?.object)
        properties[key] = schema.json
        members["properties"] = .object(properties)
        let problems = SchemaAgreement.problems(of: Sample.self, with: JSONSchema(.object(members)))
        #expect(problems.contains { $0.contains(problem) }, "\(problems)")
    }

    @Test func findsWhatMayBeMissing() throws {
        let required = Self.right.with("required", ["ratio", "kind", "inner", "weights"])
        let problems = SchemaAgreement.problems(of: Sample.self, with: required)
        #expect(
            problems == [
                "/count: the type requires it, the schema doesn't",
                "/ratio: the schema requires it, in the type it is optional",
            ])
    }
}
