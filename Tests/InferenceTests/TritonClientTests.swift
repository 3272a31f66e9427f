import Foundation
import SibylInference
import SibylModel
import Testing

/// What Triton's Python client sends is read as what was put into it: requests that `Tests/Fixtures/triton/record.py` has
/// recorded.
@Suite struct TritonClientTests {
    struct Recorded: Decodable, CustomTestStringConvertible {
        struct Tensor: Decodable {
            var name: String
            var datatype: String
            var shape: [Int]
            var elements: Data
        }
        struct Output: Decodable {
            var name: String
            var binary: Bool
        }
        var name: String
        var body: Data
        var jsonLength: Int
        var inputs: [Tensor]
        var outputs: [Output]

        var testDescription: String { name }
    }

    static let requests: [Recorded] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        guard let json = try? Data(contentsOf: folder.appending(path: "Fixtures/triton/requests.json")) else {
            return []
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return (try? decoder.decode([Recorded].self, from: json)) ?? []
    }()

    /// BF16 is none of numpy's, nor of this client's.
    @Test func everyDatatypeIsThere() {
        let names = Set(DataType.allCases.filter { $0 != .bfloat16 }.map(\.openInferenceName))
        #expect(Set(Self.requests.flatMap(\.inputs).map(\.datatype)) == names)
    }

    @Test(arguments: requests)
    func aRequestIsReadAsItWasMade(_ recorded: Recorded) throws {
        try recorded.body.withUnsafeBytes { bytes in
            let form = PayloadForm.openInferenceBinary(jsonLength: recorded.jsonLength)
            let request = try InferRequest(Payload(bytes, form: form))
            withExtendedLifetime(request) {
                #expect(request.inputs.map(\.name) == recorded.inputs.map(\.name))
                for (input, expected) in zip(request.inputs, recorded.inputs) {
                    #expect(input.tensor.type.openInferenceName == expected.datatype)
                    #expect(input.tensor.shape == expected.shape)
                    #expect(elements(of: input.tensor) == Array(expected.elements))
                    #expect(input.nulls.isEmpty)
                }
                #expect(request.outputs.map(\.name) == recorded.outputs.map(\.name))
                #expect(request.outputs.map { $0.isBinary ?? false } == recorded.outputs.map(\.binary))
            }
        }
    }

    /// As the client packs them.
    private func elements(of tensor: TensorView) -> [UInt8] {
        tensor.type == .string ? packed(tensor.texts) : Array(tensor.data)
    }

    /// It asks for all outputs as binary when it names none.
    @Test(arguments: requests.filter(\.outputs.isEmpty))
    func allOutputsAreBinaryWhereNoneIsNamed(_ recorded: Recorded) throws {
        let json = String(decoding: recorded.body.prefix(recorded.jsonLength), as: UTF8.self)
        let reply = try response(to: json, blobs: Array(recorded.body.dropFirst(recorded.jsonLength))) { request in
            request.inputs.map { InferResponse.Output(name: $0.name, tensor: $0.tensor) }
        }
        #expect(reply.blobs == recorded.inputs.flatMap { Array($0.elements) })
    }
}
