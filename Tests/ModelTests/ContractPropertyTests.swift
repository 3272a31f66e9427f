import SibylModel
import Testing

@testable import SibylModel
@testable import SibylTesting

/// Whenever the check finds no break, no value that the one schema takes is refused by the other: schemas and values at
/// random, with the validator as the judge.
struct ContractPropertyTests {
    private static let pairs: UInt64 = 700

    /// A schema's verdict on values.
    private struct Judge {
        let validator: SchemaValidator
        let parser = JSONDocument()

        init(_ schema: JSONValue) throws { validator = try SchemaValidator(JSONSchema(schema)) }

        func takes(_ value: JSONValue) throws -> Bool {
            try parser.withParsed(try value.bytes()) { validator.isValid($0) }
        }
    }

    /// Two schemas, and values of which many meet the first.
    private struct Pair {
        let value: JSONValue
        let target: JSONValue
        var samples: [JSONValue] = []

        init(seed: UInt64, hasHardKeywords: Bool) throws {
            var schemas = RandomSchemas(seed: seed, hasHardKeywords: hasHardKeywords)
            let one = schemas.document()
            let other = schemas.random.chance(percent: 85) ? schemas.changed(one) : schemas.document()
            (value, target) = schemas.random.chance(percent: 50) ? (one, other) : (other, one)
            guard var generator = try? ValueGenerator(JSONSchema(value), seed: seed) else { return }
            while samples.count < 20, let value = generator.value() { samples.append(value) }
            for _ in 0..<40 { samples.append(schemas.value(depth: 0)) }
        }
    }

    @Test(arguments: [false, true]) func nothingThatWasTakenIsRefused(_ hasHardKeywords: Bool) throws {
        var (agreed, tried) = (0, 0)
        for seed in 0..<Self.pairs {
            let pair = try Pair(seed: seed, hasHardKeywords: hasHardKeywords)
            guard ContractCheck.breaks(ofInputs: JSONSchema(pair.value), takenBy: JSONSchema(pair.target)).isEmpty
            else {
                continue
            }
            agreed += 1
            let (before, after) = (try Judge(pair.value), try Judge(pair.target))
            for sample in pair.samples where try before.takes(sample) {
                tried += 1
                #expect(try after.takes(sample), "seed \(seed): \(sample): \(pair.value) within \(pair.target)")
            }
        }
        // Else the test would say nothing.
        #expect(agreed > Int(Self.pairs) / 5 && tried > 5_000, "\(agreed) pairs without a break, \(tried) values")
    }

    @Test func nothingIsGivenThatReadersDoNotKnow() throws {
        var tried = 0
        for seed in 0..<Self.pairs {
            let pair = try Pair(seed: seed + 1_000_000, hasHardKeywords: false)
            guard ContractCheck.breaks(ofOutputs: JSONSchema(pair.value), readAs: JSONSchema(pair.target)).isEmpty
            else { continue }
            let given = try Judge(pair.value)
            let readers = try [pair.target, pair.target.withoutClosing].map(Judge.init)
            for sample in pair.samples where try given.takes(sample) {
                tried += 1
                #expect(
                    try readers.contains { try $0.takes(sample) },
                    "seed \(seed): \(sample): \(pair.value) read as \(pair.target)")
            }
        }
        #expect(tried > 5_000, "\(tried) values")
    }

    @Test func aSchemaNeverBreaksItself() throws {
        var untold = 0
        for seed in 0..<Self.pairs {
            var schemas = RandomSchemas(seed: seed, hasHardKeywords: false)
            let document = schemas.document()
            guard (try? SchemaValidator(JSONSchema(document))) != nil else { continue }
            // With another description, so that equal documents are no short cut.
            let described = JSONSchema(document).described("What it is")
            let breaks = ContractCheck.breaks(ofInputs: JSONSchema(document), takenBy: described)
            #expect(breaks.allSatisfy { $0.kind == .undecided }, "seed \(seed): \(document)")
            if !breaks.isEmpty { untold += 1 }
        }
        // Choices that overlap in choices that overlap.
        #expect(untold <= Int(Self.pairs) / 200)
    }

    @Test(arguments: [false, true]) func generatedValuesMeetTheirSchemas(_ hasHardKeywords: Bool) throws {
        var made = 0
        for seed in 0..<Self.pairs {
            var schemas = RandomSchemas(seed: seed, hasHardKeywords: hasHardKeywords)
            let document = schemas.document()
            guard var generator = try? ValueGenerator(JSONSchema(document), seed: seed) else { continue }
            var again = try ValueGenerator(JSONSchema(document), seed: seed)
            guard let value = generator.value() else { continue }
            made += 1
            #expect(try Judge(document).takes(value), "seed \(seed)")
            #expect(value == again.value(), "seed \(seed): it makes the same again")
        }
        #expect(made > Int(Self.pairs) / 2, "\(made) values")
    }
}
