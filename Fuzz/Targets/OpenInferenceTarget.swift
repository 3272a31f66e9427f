internal import SibylInference
internal import SibylJSON
internal import SibylModel

extension FuzzTarget {
    /// A request that is read is what it says: its tensors have the elements of their shapes, and come back from their own
    /// response. A model of records takes it or says why not, and answers with what it got.
    ///
    /// The bytes are a request in JSON, and one whose JSON is the first value with binary data behind.
    static let openInference = FuzzTarget(name: "open-inference") { bytes in
        check(Payload(bytes, form: .openInference))
        var parser = JSONParser(bytes)
        guard let json = try? parser.skipValue() else { return }
        check(Payload(bytes, form: .openInferenceBinary(jsonLength: json.upperBound)))
    }

    private static func check(_ payload: Payload) {
        do throws(PredictionError) {
            let request = try InferRequest(payload)
            withExtendedLifetime(request) {
                for input in request.inputs { expectElements(of: input) }
                expectReturn(of: request)
            }
        } catch {
            expectFault(error)
        }
        expectRecords(of: payload)
    }

    private static func expectElements(of input: InferRequest.Input) {
        let tensor = input.tensor
        if let size = tensor.type.byteCount {
            fuzzExpect(tensor.data.count == tensor.count * size, "a tensor of other elements than its shape's")
            fuzzExpect(tensor.type != .bool || tensor.data.allSatisfy { $0 <= 1 }, "a truth that is none")
        } else {
            fuzzExpect(tensor.strings.count == tensor.count, "a tensor of other strings than its shape's")
        }
        fuzzExpect(zip(input.nulls, input.nulls.dropFirst()).allSatisfy { $0 < $1 }, "nulls in no order")
        fuzzExpect(input.nulls.allSatisfy { $0 >= 0 && $0 < tensor.count }, "a null that is no element")
    }

    /// A response has its outputs as a request has its inputs.
    private static func expectReturn(of request: InferRequest) {
        let outputs = request.inputs.map { InferResponse.Output(name: $0.name, tensor: $0.tensor, nulls: $0.nulls) }
        // It asks for all outputs then, in their order.
        guard request.outputs.isEmpty, let (bytes, length) = written(outputs, to: request) else { return }
        guard let json = parsed(Array(bytes[..<length]))?.object else {
            return fuzzExpect(false, "a response that is no JSON")
        }
        fuzzExpect((json["id"] != nil) == !request.id.isEmpty, "an id that is lost")
        guard let tensors = textOfOutputs(in: Array(bytes[..<length])) else {
            return fuzzExpect(false, "a response without outputs")
        }
        let head = Array(#"{"inputs":"#.utf8) + tensors + Array("}".utf8)
        (head + bytes[length...]).withUnsafeBytes { bytes in
            do throws(PredictionError) {
                let again = try InferRequest(Payload(bytes, form: .openInferenceBinary(jsonLength: head.count)))
                withExtendedLifetime(again) {
                    fuzzExpect(again.inputs.count == request.inputs.count, "inputs that are lost")
                    for (left, right) in zip(request.inputs, again.inputs) { expectEqual(left, right) }
                }
            } catch {
                fuzzExpect(false, "a response that can't be read: \(error)")
            }
        }
    }

    /// The outputs' own text: as values some numbers would be others.
    private static func textOfOutputs(in response: [UInt8]) -> [UInt8]? {
        response.withUnsafeBytes { bytes in
            var parser = JSONParser(bytes)
            var tensors: [UInt8]?
            do throws(JSONError) {
                try parser.beginObject()
                while let key = try parser.nextKey() {
                    let isOutputs = key.equals("outputs")
                    let place = try parser.skipValue()
                    if isOutputs { tensors = Array(bytes[place]) }
                }
                return tensors
            } catch {
                return nil
            }
        }
    }

    private static func written(_ outputs: [InferResponse.Output], to request: InferRequest) -> ([UInt8], Int)? {
        var outcomes = PredictionOutcomes()
        outcomes.appendBinary { try InferResponse(of: Parrot.metadata).write(outputs, to: request, into: &$0) }
        // What is not finite or no UTF-8 has no JSON.
        guard case .output(let range, let length) = outcomes.outcomes[0] else { return nil }
        return (Array(outcomes.bytes[range]), length)
    }

    /// Nulls that went as binary came back as what stood for them.
    private static func expectEqual(_ left: InferRequest.Input, _ right: InferRequest.Input) {
        fuzzExpect(left.name == right.name && left.tensor.shape == right.tensor.shape, "a tensor that is another")
        fuzzExpect(left.tensor.type == right.tensor.type, "a tensor of another type")
        fuzzExpect(left.tensor.data.elementsEqual(right.tensor.data), "elements that change")
        fuzzExpect(
            left.tensor.strings.elementsEqual(right.tensor.strings) { $0.elementsEqual($1) }, "strings that change")
    }

    private static func expectFault(_ error: PredictionError) {
        fuzzExpect(!error.message.isEmpty, "a fault without words")
        fuzzExpect(error.code != .failed, "a fault of the client's that is called one of the model's: \(error)")
    }

    private static func expectRecords(of payload: Payload) {
        let model = RecordInference(Parrot())
        var outcomes = PredictionOutcomes()
        model.predict([payload], into: &outcomes)
        fuzzExpect(outcomes.outcomes.count == 1, "\(outcomes.outcomes.count) outcomes of one payload")
        guard case .output(let range, let length) = outcomes.outcomes[0] else { return }
        let json = parsed(Array(outcomes.bytes[range].prefix(length)))
        fuzzExpect(json?["outputs"]?.array != nil, "a response without outputs")
        guard payload.form == .openInference else { return }
        fuzzExpect(range.count == length, "binary data where none may be")
    }
}

/// Gives back what it gets.
private struct Parrot: ServedModel {
    static let metadata = ModelMetadata(
        displayName: "Parrot", qualifiedName: "parrot", description: "", version: "1.0.0", inputSchema: schema,
        outputSchema: schema)
    private static let schema = JSONSchema([
        "type": "object", "required": ["n"],
        "properties": [
            "n": ["type": "number"], "i": ["type": "integer"], "b": ["type": "boolean"], "s": ["type": "string"],
            "m": ["type": ["number", "null"]], "j": ["type": "array"],
        ],
    ])

    var metadata: ModelMetadata { Self.metadata }

    func predict(_ payloads: [UnsafeRawBufferPointer], into outcomes: inout PredictionOutcomes) {
        for payload in payloads {
            fuzzExpect(parsed(payload)?.object != nil, "a record that is no JSON object")
            outcomes.append(output: payload)
        }
    }
}
