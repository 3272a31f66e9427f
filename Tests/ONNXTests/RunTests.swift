import SibylInference
import SibylModel
import SibylONNX
import SibylTransport
import Synchronization
import Testing

/// How a model is run: what it may be given, who may run it, and what is wrong with an input.
@Suite struct RunTests {
    // MARK: - Outputs

    @Test func outputsComeInTheOrderAskedFor() throws {
        let (model, fixture) = (try Fixtures.model("iris-svc"), try Fixture("iris-svc"))
        let outputs = try model.run(fixture.cases[0].inputs, outputs: [1, 0])
        #expect(outputs.map(\.type) == [.float32, .int64])
        let one = try model.run(fixture.cases[0].inputs, outputs: [1])
        #expect(one.count == 1 && one[0].bytes == outputs[0].bytes)
        #expect(try model.run(fixture.cases[0].inputs, outputs: []).isEmpty)
    }

    @Test func whatTheReaderThrowsPasses() throws {
        struct Enough: Error {}
        let (model, fixture) = (try Fixtures.model("iris-svc"), try Fixture("iris-svc"))
        #expect(throws: Enough.self) {
            try withViews(of: fixture.cases[0].inputs) { try model.run($0, outputs: [0]) { _ in throw Enough() } }
        }
    }

    // MARK: - Inputs

    /// A frame's payload begins anywhere.
    @Test(arguments: DataType.allCases.map { "type-\($0)" } + ["digits-convolution", "passengers-pipeline"])
    func elementsMayBeginAtAnyAddress(_ name: String) throws {
        let (model, fixture) = (try Fixtures.model(name), try Fixture(name))
        for shift in [1, 2, 3, 4, 5, 6, 7, 8] {
            for each in fixture.cases {
                try withViews(of: each.inputs, shift: shift) { views in
                    try model.run(views, outputs: Array(each.outputs.indices)) { outputs in
                        for (output, expected) in zip(outputs, each.outputs) {
                            #expect(Tensor(output).differences(from: expected, tolerance: 1e-5) == [], "shift \(shift)")
                        }
                    }
                }
            }
        }
    }

    @Test func inputsStayAsTheyAre() throws {
        let (model, fixture) = (try Fixtures.model("digits-convolution"), try Fixture("digits-convolution"))
        try withViews(of: fixture.cases[0].inputs) { views in
            try model.run(views, outputs: [0, 1]) { _ in }
            #expect(Array(views[0].data) == fixture.cases[0].inputs[0].bytes)
        }
    }

    @Test func stateIsCarriedFromCallToCall() throws {
        let (model, fixture) = (try Fixtures.model("recurrent"), try Fixture("recurrent"))
        let audio = fixture.cases[0].inputs[0]
        var state = Tensor([Float](repeating: 0, count: 256), .float32, shape: [2, 1, 128])
        var heard: [[Double]] = []
        for _ in 0..<3 {
            let outputs = try model.run([audio, state])
            heard.append(outputs[0].numbers ?? [])
            state = outputs[1]
        }
        #expect(Set(heard).count == 3)
    }

    static let wrongInputs: [(String, [Tensor], String)] = [
        (
            "iris-svc", [Tensor([1, 2, 3, 4] as [Double], .float64, shape: [1, 4])],
            "is of float64, but must be of float32"
        ),
        (
            "iris-svc", [Tensor([1, 2, 3] as [Float], .float32, shape: [1, 3])],
            "has the shape [1, 3], but must have [-1, 4]"
        ),
        ("iris-svc", [Tensor([1, 2, 3, 4] as [Float], .float32)], "has the shape [4]"),
        ("iris-svc", [Tensor([1, 2, 3] as [Float], .float32, shape: [1, 4])], "does not have the elements"),
        ("iris-svc", [Tensor([1] as [Float], .float32, shape: [.max / 2, 4])], "does not have the elements"),
        ("iris-svc", [Tensor([] as [Float], .float32, shape: [-1, 4])], "has the shape [-1, 4]"),
        ("type-string", [Tensor(strings: ["a"], shape: [2])], "does not have the elements"),
        ("type-bool", [Tensor([0, 1, 2] as [UInt8], .bool)], "holds a bool that is neither 0 nor 1"),
        ("fixed-batch", [Tensor([Float](repeating: 0, count: 9), .float32, shape: [3, 3])], "must have [2, 3]"),
        ("scalars", [Tensor([1] as [Float], .float32, shape: [.max, .max])], "does not have the elements"),
        // What only an operator finds.
        ("gather", [Tensor([1, 2] as [Float], .float32), Tensor([5] as [Int64], .int64)], "Gather"),
        ("unranked", [Tensor([1, 2] as [Float], .float32), Tensor([3] as [Int64], .int64)], "Reshape"),
    ]

    @Test(arguments: wrongInputs.indices)
    func aWrongInputIsNamed(_ index: Int) throws {
        let (name, inputs, part) = Self.wrongInputs[index]
        let model = try Fixtures.model(name)
        let rest = model.signature.inputs.dropFirst(inputs.count).map { Tensor([0] as [Double], $0.type, shape: [1]) }
        let error = try #require(throws: PredictionError.self) { try model.run(inputs + rest) }
        #expect(error.message.contains(part), "\(error)")
        // It is the model that can't reshape so; the others say themselves that an argument is wrong.
        #expect(error.code == (name == "unranked" ? .failed : .invalidInput), "\(error)")
        // And the model goes on.
        let fixture = try Fixture(name)
        _ = try model.run(fixture.cases[0].inputs)
    }

    @Test func aCallThatDoesNotFitTheSignatureIsRefused() throws {
        let model = try Fixtures.model("iris-svc")
        let row = Tensor([1, 2, 3, 4] as [Float], .float32, shape: [1, 4])
        #expect(throws: PredictionError.self) { try model.run([]) }
        #expect(throws: PredictionError.self) { try model.run([row, row]) }
        #expect(throws: PredictionError.self) { try model.run([row], outputs: [2]) }
        #expect(throws: PredictionError.self) { try model.run([row], outputs: [-1]) }
    }

    // MARK: - Threads

    /// Two models at once, each on several threads, with good inputs and bad ones in turns.
    @Test func runsOnManyThreadsAtOnce() throws {
        let names = ["iris-svc", "silero-vad", "passengers-pipeline", "digits-convolution"]
        let models = try names.map { (try Fixtures.model($0), try Fixture($0).cases[0]) }
        let faults = Mutex<[String]>([])
        let done = Mutex(0)
        try onThreads(8) { thread in
            for round in 0..<20 {
                let (model, each) = models[(thread + round) % models.count]
                let found = Self.faults(model, each)
                faults.withLock { $0 += found }
                done.withLock { $0 += 1 }
            }
        }
        #expect(faults.withLock { $0 } == [])
        #expect(done.withLock { $0 } == 160)
    }

    private static func faults(_ model: ONNXModel, _ each: Fixture.Case) -> [String] {
        do {
            var wrong = each.inputs
            wrong[0].shape[0] += 1
            if (try? model.run(wrong)) != nil { return ["a wrong input was taken"] }
            return zip(try model.run(each.inputs), each.outputs).flatMap {
                $0.differences(from: $1, tolerance: 1e-5)
            }
        } catch {
            return ["\(error)"]
        }
    }
}

/// Runs `body` on so many threads at once, and waits for all.
private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) throws {
    if count == 0 { return }
    let thread = try SystemThread(name: "onnx-test") { body(count) }
    try onThreads(count - 1, body)
    thread.join()
}
