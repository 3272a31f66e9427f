internal import Foundation
internal import IrisModel

/// Inputs and outputs of the iris model, as the clients of the other suites send and expect them.
struct IrisSamples {
    let payloads: [[UInt8]]
    let inputs: [IrisModel.Input]
    let outputs: [IrisModel.Output]

    /// - Parameter text: lines `"SPECIES"<tab>PAYLOAD`.
    init(_ text: String) throws {
        let lines = text.split(separator: "\n").map { $0.split(separator: "\t") }
        guard !lines.isEmpty, lines.allSatisfy({ $0.count == 2 }) else {
            throw UsageError("the samples are lines of a species, a tab and a payload")
        }
        payloads = lines.map { Array($0[1].utf8) }
        // By Foundation, so that the project's own layer is held against something else.
        let decoder = JSONDecoder()
        inputs = try payloads.map { try decoder.decode(IrisModel.Input.self, from: Data($0)) }
        outputs = try lines.map { try decoder.decode(IrisModel.Output.self, from: Data("{\"species\":\($0[0])}".utf8)) }
    }
}
