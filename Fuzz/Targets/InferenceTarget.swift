internal import SibylInference
internal import SibylJSON
internal import SibylModel

extension FuzzTarget {
    /// The payload's form in the first line (`record`, `infer`, or `binary` and how many bytes are JSON), the payload in the
    /// rest: what becomes of it, and of others beside it, is the same alone and in company.
    static let inference = FuzzTarget(name: "inference") { bytes in
        guard let lineEnd = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return }
        let words = String(decoding: bytes[..<lineEnd], as: UTF8.self).split(separator: " ")
        let form: PayloadForm
        switch words.first {
        case "record": form = .json
        case "infer": form = .openInference
        case "binary": form = .openInferenceBinary(jsonLength: words.count == 2 ? Int(words[1]) ?? -1 : -1)
        default: return
        }
        let payload = Payload(UnsafeRawBufferPointer(rebasing: bytes[(lineEnd + 1)...]), form: form)
        for (model, validator) in Echo.models { expectTheSame(model, validator, payload) }
    }

    private static func expectTheSame(_ model: TensorInference, _ validator: SchemaValidator, _ payload: Payload) {
        Echo.neighbour.withUnsafeBytes { neighbour in
            let neighbour = Payload(neighbour)
            let alone = [outcome(model, payload), outcome(model, neighbour)]
            let together = outcomes(model, [neighbour, payload, neighbour])
            fuzzExpect(together == [alone[1], alone[0], alone[1]], "\(together) together, and \(alone) alone")
            guard payload.form == .json, case .output(let output, _) = alone[0] else { return }
            guard let violations = try? JSONDocument().withParsed(output, { validator.violations(in: $0) }) else {
                return fuzzExpect(false, "an output that is no JSON: \(String(decoding: output, as: UTF8.self))")
            }
            fuzzExpect(violations.isEmpty, "an output that does not meet its schema: \(violations)")
        }
    }

    private enum Outcome: Equatable {
        case output([UInt8], jsonLength: Int)
        case failure(String)
    }

    private static func outcome(_ model: TensorInference, _ payload: Payload) -> Outcome {
        outcomes(model, [payload])[0]
    }

    private static func outcomes(_ model: TensorInference, _ payloads: [Payload]) -> [Outcome] {
        var outcomes = PredictionOutcomes()
        model.predict(payloads, into: &outcomes)
        fuzzExpect(outcomes.outcomes.count == payloads.count, "\(outcomes.outcomes.count) for \(payloads.count)")
        return outcomes.outcomes.map { outcome in
            switch outcome {
            case .output(let range, let length): .output(Array(outcomes.output(range)), jsonLength: length)
            case .failure(let error): .failure("\(error.code): \(error.message) \(error.violations)")
            }
        }
    }
}

/// Gives its inputs as outputs, once with a dimension that counts items and once without.
private struct Echo: TensorModel {
    let signature: TensorSignature

    static let neighbour = Array(
        #"{"x":[0.5,1],"y":"a\"","n":[[1],[2]],"h":null,"u":18446744073709551615,"b0":false}"#.utf8)

    static let models = [true, false].compactMap { isBatched in
        let items: [(String, DataType, [Int])] = [
            ("x", .float32, [-1]), ("y", .string, []), ("n", .int64, [-1, -1]), ("h", .float16, []), ("u", .uint64, []),
            ("b", .bool, [2]),
        ]
        let specs = items.map { TensorSpec($0.0, $0.1, shape: isBatched ? [-1] + $0.2 : $0.2) }
        let description: JSONValue = [
            "inputs": [
                ["tensor": "h", "nullable": true],
                ["tensor": "b", "features": ["b0", ["name": "b1", "default": true]]],
                ["tensor": "y", "default": "é"],
            ],
            "outputs": [
                "x", "y", ["tensor": "n", "nullable": false], ["tensor": "h", "nullable": true], "u",
                ["tensor": "b", "labels": ["no", "yes"]],
            ],
        ]
        return make(specs, description)
    }

    /// Nil would be a mistake of this file.
    private static func make(_ specs: [TensorSpec], _ json: JSONValue) -> (TensorInference, SchemaValidator)? {
        do {
            let model = try TensorInference(
                Echo(signature: TensorSignature(inputs: specs, outputs: specs)), name: "echo", version: "1.0.0",
                description: try ModelDescription(json: json))
            return (model, try SchemaValidator(model.metadata.outputSchema))
        } catch {
            fuzzExpect(false, "a model that can't be made: \(error)")
            return nil
        }
    }

    func run(_ inputs: [TensorView], outputs: [Int], _ body: ([TensorView]) throws -> Void) throws {
        for input in inputs {
            let count = input.type.byteCount.map { input.data.count / $0 } ?? input.strings.count
            fuzzExpect(count == input.count, "\(count) elements in a tensor of the shape \(input.shape)")
        }
        try body(outputs.map { inputs[$0] })
    }
}
