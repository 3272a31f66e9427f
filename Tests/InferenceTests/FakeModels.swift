import SibylInference
import SibylModel
import Synchronization

/// Gives each input as an output of the same place, whatever it is.
struct Echo: TensorModel {
    let signature: TensorSignature
    let runs = RunLog()

    init(_ tensors: TensorSpec...) {
        signature = TensorSignature(inputs: tensors, outputs: tensors)
    }

    func run(_ inputs: [TensorView], outputs: [Int], _ body: ([TensorView]) throws -> Void) throws {
        runs.note(inputs)
        try body(outputs.map { inputs[$0] })
    }
}

/// Sums the rows of X, [N, 3] by default; a row with 666 in it makes a run fail.
struct RowSums: TensorModel {
    struct BadLuck: Error {}

    let signature: TensorSignature
    let runs = RunLog()

    init(columns: Int = 3) {
        signature = TensorSignature(
            inputs: [TensorSpec("X", .float32, shape: [-1, columns])],
            outputs: [TensorSpec("sum", .float32, shape: [-1, 1]), TensorSpec("count", .int64, shape: [-1])])
    }

    func run(_ inputs: [TensorView], outputs: [Int], _ body: ([TensorView]) throws -> Void) throws {
        runs.note(inputs)
        let (rows, columns) = (inputs[0].shape[0], inputs[0].shape[1])
        let numbers = (0..<rows * columns).map { inputs[0].data.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
        if numbers.contains(666) { throw BadLuck() }
        let sums = (0..<rows).map { row in numbers[row * columns..<(row + 1) * columns].reduce(0, +) }
        let counts = [Int64](repeating: Int64(columns), count: rows)
        try sums.withUnsafeBytes { sums in
            try counts.withUnsafeBytes { counts in
                let all = [
                    TensorView(.float32, shape: [rows, 1], data: sums), TensorView(.int64, shape: [rows], data: counts),
                ]
                try body(outputs.map { all[$0] })
            }
        }
    }
}

/// Gives what it is told to, whatever it gets.
struct Fixed: TensorModel {
    let signature: TensorSignature
    let tensors: @Sendable (_ body: ([TensorView]) throws -> Void) throws -> Void

    init(
        _ inputs: [TensorSpec] = [TensorSpec("X", .float32, shape: [-1])], gives outputs: [TensorSpec],
        _ tensors: @escaping @Sendable (_ body: ([TensorView]) throws -> Void) throws -> Void
    ) {
        signature = TensorSignature(inputs: inputs, outputs: outputs)
        self.tensors = tensors
    }

    /// Gives one tensor of these numbers.
    init<Number: BitwiseCopyable & Sendable>(
        _ numbers: [Number], _ type: DataType, _ shape: [Int], says said: [Int],
        for inputs: [TensorSpec] = [TensorSpec("X", .float32, shape: [-1])]
    ) {
        self.init(inputs, gives: [TensorSpec("y", type, shape: said)]) { body in
            try numbers.withUnsafeBytes { try body([TensorView(type, shape: shape, data: $0)]) }
        }
    }

    func run(_ inputs: [TensorView], outputs: [Int], _ body: ([TensorView]) throws -> Void) throws {
        try tensors(body)
    }
}

/// The shapes of the first input of each run.
final class RunLog: Sendable {
    private let noted = Mutex<[[Int]]>([])
    var shapes: [[Int]] { noted.withLock { $0 } }
    func note(_ inputs: [TensorView]) { noted.withLock { $0.append(inputs.first?.shape ?? []) } }
}

extension TensorInference {
    convenience init(_ model: any TensorModel, _ description: JSONValue = [:]) throws {
        try self.init(model, name: "fake", version: "1.0.0", description: try ModelDescription(json: description))
    }

    /// What becomes of payloads that are predicted together: their outputs, or their errors.
    func answers(_ payloads: [String]) -> [String] {
        answers(payloads.map { (Array($0.utf8), .json) })
    }

    func answers(_ payloads: [(bytes: [UInt8], form: PayloadForm)]) -> [String] {
        var outcomes = PredictionOutcomes()
        let joined = payloads.flatMap { $0.bytes }
        joined.withUnsafeBytes { joined in
            var begin = 0
            let views = payloads.map { payload in
                defer { begin += payload.bytes.count }
                let bytes = joined[begin..<begin + payload.bytes.count]
                return Payload(UnsafeRawBufferPointer(rebasing: bytes), form: payload.form)
            }
            predict(views, into: &outcomes)
        }
        return outcomes.outcomes.map { outcome in
            switch outcome {
            case .output(let range, let length):
                String(decoding: outcomes.bytes[range].prefix(length), as: UTF8.self)
                    + (range.count == length ? "" : " + \(outcomes.bytes[range].dropFirst(length).map { $0 })")
            case .failure(let error):
                "\(error.code): " + ([error.message] + error.violations.map(\.description)).joined(separator: "; ")
            }
        }
    }

    func answer(_ payload: String) -> String { answers([payload])[0] }
}
