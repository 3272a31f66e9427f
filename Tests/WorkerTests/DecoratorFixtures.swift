import Foundation
import SibylInference
import SibylJSON
import SibylModel
import SibylTransport
import Synchronization
import Testing

@testable import SibylWorker

/// Doubles `x`, and counts what it computes; fails for 13, and for 7 waits until it is let go on.
final class Doubling: ServedModel {
    let metadata = ModelMetadata(
        displayName: "Doubling", qualifiedName: "doubling", description: "Doubles x.", version: "1.2.3",
        inputSchema: JSONSchema(["type": "object", "properties": ["x": ["type": "number"]], "required": ["x"]]),
        outputSchema: JSONSchema(["type": "object", "properties": ["y": ["type": "number"]], "required": ["y"]]))
    let computed = Mutex<[Double]>([])
    let gate = Monitor((waiting: 0, isOpen: false))

    func predict(_ payloads: [UnsafeRawBufferPointer], into outcomes: inout PredictionOutcomes) {
        let reader = try? InputReader(schema: metadata.inputSchema)
        for payload in payloads {
            do {
                let x = try #require(reader).read(payload, with: outcomes.document) { $0["x"]?.double ?? 0 }
                computed.withLock { $0.append(x) }
                if x == 7 { waitAtGate() }
                if x == 13 { throw PredictionError(.failed, "bad luck") }
                outcomes.append { writer in
                    writer.beginObject()
                    writer.key("y")
                    try writer.double(2 * x)
                    writer.endObject()
                }
            } catch {
                outcomes.append(failure: error)
            }
        }
    }

    private func waitAtGate() {
        gate.locked { $0.waiting += 1 }
        gate.wakeAll()
        // A test that forgets to open it fails, and does not hang.
        _ = gate.wait(until: MonotonicClock.nanoseconds() + 20_000_000_000) { $0.isOpen ? true : nil }
    }

    /// Waits until so many computations wait at the gate.
    func awaitWaiting(_ count: Int) {
        _ = gate.wait { $0.waiting >= count ? true : nil }
    }

    func openGate() {
        gate.locked { $0.isOpen = true }
        gate.wakeAll()
    }
}

/// Adds up the rows of X, [N, 2].
struct RowSums: TensorModel {
    let signature = TensorSignature(
        inputs: [TensorSpec("X", .float32, shape: [-1, 2])], outputs: [TensorSpec("sum", .float32, shape: [-1])])

    func run(_ inputs: [TensorView], outputs: [Int], _ body: ([TensorView]) throws -> Void) throws {
        let rows = inputs[0].shape[0]
        let numbers = (0..<rows * 2).map { inputs[0].data.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
        let sums = (0..<rows).map { numbers[$0 * 2] + numbers[$0 * 2 + 1] }
        try sums.withUnsafeBytes { bytes in
            let all = [TensorView(.float32, shape: [rows], data: bytes)]
            try body(outputs.map { all[$0] })
        }
    }
}

/// What a model answers: the output's JSON, `+N` for N bytes behind it, or the error.
func answers(_ model: any InferenceModel, _ payloads: [(String, PayloadForm)]) -> [String] {
    answers(model, payloads.map { (Array($0.0.utf8), $0.1) })
}

func answers(_ model: any InferenceModel, _ payloads: [String]) -> [String] {
    answers(model, payloads.map { ($0, PayloadForm.json) })
}

func answers(_ model: any InferenceModel, _ payloads: [([UInt8], PayloadForm)]) -> [String] {
    var outcomes = PredictionOutcomes()
    // As a worker does, which uses them again.
    outcomes.append(failure: PredictionError(.failed, "before"))
    let joined = payloads.flatMap(\.0)
    joined.withUnsafeBytes { bytes in
        var begin = 0
        let all = payloads.map { payload, form in
            defer { begin += payload.count }
            return Payload(UnsafeRawBufferPointer(rebasing: bytes[begin..<begin + payload.count]), form: form)
        }
        if all.allSatisfy({ $0.form == .json }) {
            model.predict(all.map(\.bytes), into: &outcomes)
        } else {
            model.predict(all, into: &outcomes)
        }
    }
    let bytes = outcomes.bytes
    return outcomes.outcomes.dropFirst().map { outcome in
        switch outcome {
        case .failure(let error): return "\(error.code): \(error.message)"
        case .output(let range, let length):
            let text = String(decoding: bytes[range].prefix(length), as: UTF8.self)
            return length == range.count ? text : text + "+\(range.count - length)"
        }
    }
}

/// A folder that goes with its owner.
final class LogFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/sibyl-log-XXXXXX".utf8CString)
        path = String(cString: try #require(mkdtemp(&template)))
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func file(_ name: String = "log.ndjson") -> String { path + "/" + name }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

    /// The lines of a file, each of which must be JSON.
    func lines(_ name: String = "log.ndjson") throws -> [JSONValue] {
        let text = try String(contentsOfFile: file(name), encoding: .utf8)
        return try text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }
}
