internal import Foundation
internal import IrisModel
internal import SibylModel

/// A small object with four numbers, read as the worker meets it: one payload at a time.
struct IrisInput {
    private let samples: IrisSamples
    private let data: [Data]

    init(_ samples: IrisSamples) {
        self.samples = samples
        data = samples.payloads.map { Data($0) }
    }

    var read: Contest {
        let document = JSONDocument()
        let decoder = JSONDecoder()
        return Contest(
            title: "An iris input read", item: "an input",
            contenders: [
                reading(samples.payloads, "JSONNode, field by field") { payload in
                    try document.withParsed(payload) { try IrisModel.decode($0) }
                },
                reading(samples.payloads, "JSONCoding") { try JSONCoding.decode(IrisModel.Input.self, from: $0) },
                reading(data, "JSONSerialization, field by field") {
                    try Self.fields(of: JSONSerialization.jsonObject(with: $0))
                },
                reading(data, "JSONDecoder") { try decoder.decode(IrisModel.Input.self, from: $0) },
            ])
    }

    /// Foundation validates nothing: its decoder is there for scale.
    func validated() throws -> Contest {
        let validator = try SchemaValidator(IrisModel.inputSchema)
        let reader = try InputReader(schema: IrisModel.inputSchema)
        let document = JSONDocument()
        let decoder = JSONDecoder()
        let valid = samples.payloads.map { String(decoding: $0, as: UTF8.self) }
        let invalid = valid.map { $0.replacingOccurrences(of: ":", with: ":-") }
        return Contest(
            title: "An iris input validated", item: "an input",
            contenders: [
                validating("SchemaValidator: a valid input", valid, finding: 0) { validator.violations(in: $0).count },
                validating("SchemaValidator: four violations told", invalid, finding: 4) {
                    validator.violations(in: $0).count
                },
                reading(samples.payloads, "InputReader: parsed, validated, read") { payload in
                    try payload.withUnsafeBytes { try reader.read($0, with: document) { try IrisModel.decode($0) } }
                },
                reading(data, "JSONDecoder, which does not validate") {
                    try decoder.decode(IrisModel.Input.self, from: $0)
                },
            ])
    }

    private func reading<Payload>(
        _ payloads: [Payload], _ name: String, _ decode: @escaping (Payload) throws -> IrisModel.Input
    ) -> Contender {
        Contender(name, count: payloads.count) { outputs in
            for payload in payloads { outputs.append(try decode(payload)) }
        } isRight: {
            $0 == samples.inputs
        }
    }

    private static func fields(of object: Any) throws -> IrisModel.Input {
        guard let fields = object as? [String: Any], let sepalLength = fields["sepal_length"] as? Double,
            let sepalWidth = fields["sepal_width"] as? Double, let petalLength = fields["petal_length"] as? Double,
            let petalWidth = fields["petal_width"] as? Double
        else { throw WrongOutput(contender: "JSONSerialization") }
        return IrisModel.Input(
            sepalLength: sepalLength, sepalWidth: sepalWidth, petalLength: petalLength, petalWidth: petalWidth)
    }

    /// Validation without parsing: all inputs stand in one document that is parsed before the time counts.
    private func validating(
        _ name: String, _ inputs: [String], finding violations: Int, _ validate: @escaping (JSONNode) -> Int
    ) -> Contender {
        let text = Array("[\(inputs.joined(separator: ","))]".utf8)
        let document = JSONDocument()
        return Contender(name, count: inputs.count) {
            try document.withParsed(text) { node in
                var found = 0
                let time = ContinuousClock().measure {
                    for input in node.elements { found += validate(input) }
                }
                guard found == violations * inputs.count else { throw WrongOutput(contender: name) }
                return time
            }
        }
    }
}
