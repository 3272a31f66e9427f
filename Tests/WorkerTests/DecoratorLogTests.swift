import Foundation
import SibylInference
import SibylJSON
import SibylModel
import SibylTesting
import Synchronization
import Testing

@testable import SibylWorker

/// One after another, since the end of a process, which is among the tests, ends all logs.
@Suite(.serialized, .timeLimit(.minutes(2))) struct DecoratorLogTests {
    private static let minute: Int64 = 60_000_000_000

    private let folder: LogFolder
    private let model = Doubling()

    init() throws { folder = try LogFolder() }

    private func logged(
        _ model: (any ServedModel)? = nil, path: String? = nil, sample: Double = 1, bytes: Int = 1_000_000,
        files: Int = 5, bounds: LogBuffer.Bounds = .init(), report: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> LoggedModel {
        let log = PredictionLog(
            path: path ?? folder.file(), sample: sample, bytes: bytes, files: files, seed: 7, report: report)
        return try log.logged(model ?? self.model, bounds: bounds)
    }

    // MARK: - Lines

    @Test func aLineTellsWhatWasAskedAndAnswered() throws {
        let log = try logged()
        _ = answers(log, [#"{"x":2}"#])
        _ = answers(log, ["{\"x\":\r\n 3,\n \"note\": \"a\\nb\"}", #"{"x":13}"#, #"{"x":"a"}"#, "{nonsense"])
        #expect(log.finish(within: Self.minute) && log.counters == LogCounters(written: 5, dropped: 0))
        let lines = try folder.lines()
        let first = try #require(lines.first?.object)
        #expect(first.keys == ["time", "model", "version", "duration_us", "batch_size", "input", "output"])
        #expect(first["model"] == "doubling" && first["version"] == "1.2.3" && first["batch_size"] == 1)
        #expect(first["input"] == ["x": 2] && first["output"] == ["y": 4])
        #expect(first["time"]?.string?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
        #expect((first["duration_us"]?.int64 ?? -1) >= 0)
        #expect(lines.map { $0["batch_size"] } == [1, 4, 4, 4, 4])
        #expect(lines[1]["input"] == ["x": 3, "note": "a\nb"] && lines[1]["output"] == ["y": 6])
        #expect(lines[2]["error"] == ["code": "prediction_failed", "message": "bad luck"])
        #expect(lines[3]["input"] == ["x": "a"] && lines[3]["error"]?["code"] == "invalid_input")
        #expect(lines[3]["error"]?["details"]?.array?.first?["path"] == "/x")
        #expect(lines[4]["payload"] == "{nonsense" && lines[4]["error"]?["code"] == "malformed_payload")
    }

    @Test func inferRequestsTellTheirForm() throws {
        let log = try logged(try TensorInference(RowSums(), name: "sums", version: "1.0.0"))
        let json = #"{"inputs":[{"name":"X","shape":[1,2],"datatype":"FP32","data":[3,4]}]}"#
        let binary = #"""
            {"parameters":{"binary_data_output":true},"inputs":[{"name":"X","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":8}}]}
            """#
        _ = answers(
            log,
            [
                (Array(json.utf8), .openInference),
                (
                    Array(binary.utf8) + [UInt8](repeating: 0, count: 8),
                    .openInferenceBinary(jsonLength: binary.utf8.count)
                ),
                ([1, 2, 3], .openInferenceBinary(jsonLength: 9)),
            ])
        #expect(log.finish(within: Self.minute))
        let lines = try folder.lines()
        #expect(lines[0]["form"] == "open_inference" && lines[0]["input"]?["inputs"] != nil)
        #expect(lines[0]["output"]?["outputs"] != nil && lines[0]["output_bytes"] == nil)
        #expect(lines[1]["form"] == "open_inference_binary" && lines[1]["input_bytes"] == 8)
        #expect(lines[1]["output_bytes"] == 4 && lines[1]["output"]?["outputs"] != nil)
        #expect(lines[2]["payload"] == "\u{1}\u{2}\u{3}" && lines[2]["error"] != nil)
    }

    @Test func keepsThePromisesOfItsModel() throws {
        model.openGate()
        #expect(ModelConformance.problems(of: try logged()) == [])
        let tensors = try TensorInference(RowSums(), name: "sums", version: "1.0.0")
        let log = try logged(tensors, path: folder.file("tensors"), sample: 0.5)
        #expect(ModelConformance.problems(of: log) == [] && log.tensors == tensors.tensors)
    }

    // MARK: - Samples

    @Test func aSampleHasItsShareAndIsTheSameAgain() throws {
        func sample(_ rate: Double, _ seed: UInt64) -> [UInt64] {
            let sampler = Sampler(rate: rate, seed: seed)
            return (0..<10_000).map { _ in sampler.next(1) }.filter(sampler.takes)
        }
        #expect(sample(0, 1).isEmpty && sample(1, 1).count == 10_000)
        for rate in [0.01, 0.1, 0.5, 0.9] {
            // Within five standard deviations.
            let spread = 5 * (10_000 * rate * (1 - rate)).squareRoot()
            #expect(abs(Double(sample(rate, 3).count) - 10_000 * rate) < spread)
        }
        #expect(sample(0.1, 5) == sample(0.1, 5) && sample(0.1, 5) != sample(0.1, 6))
    }

    @Test func onlyTheSampleIsWritten() throws {
        let sampler = Sampler(rate: 0.3, seed: 7)
        let expected = (0..<100).filter { sampler.takes(UInt64($0)) }.map {
            ["x": .integer(Int64($0 + 100))] as JSONValue
        }
        let log = try logged(sample: 0.3)
        // Alone and in batches.
        for x in 100..<150 { _ = answers(log, [#"{"x":\#(x)}"#]) }
        _ = answers(log, (150..<200).map { #"{"x":\#($0)}"# })
        #expect(log.finish(within: Self.minute))
        #expect(try folder.lines().map { $0["input"] } == expected)
        #expect(!expected.isEmpty && log.counters.written == expected.count)
    }

    // MARK: - Files

    @Test func filesAreRotated() throws {
        let log = try logged(bytes: 2_000, files: 3)
        for x in 1_000..<1_400 {
            _ = answers(log, [#"{"x":\#(x)}"#])
            // Each line by itself, so that no file is much longer than it should be.
            while log.counters.written < x - 999 { usleep(100) }
        }
        #expect(log.finish(within: Self.minute))
        #expect(folder.names == ["log.ndjson", "log.ndjson.1", "log.ndjson.2"])
        let kept = try ["log.ndjson.2", "log.ndjson.1", "log.ndjson"].flatMap { try folder.lines($0) }
        let numbers = kept.compactMap { $0["input"]?["x"]?.int64 }
        #expect(numbers == Array(Int64(1_400 - numbers.count)..<1_400), "the last ones, none left out")
        for name in folder.names.dropFirst() {
            let size = try FileManager.default.attributesOfItem(atPath: folder.file(name))[.size] as? Int ?? 0
            #expect((2_000..<2_300).contains(size))
        }
    }

    /// As the workers of one server do.
    @Test func severalMayWriteToOneFile() throws {
        let logs = try (0..<4).map { _ in try logged(bytes: 20_000, files: 1_000) }
        let threads = logs.enumerated().map { number, log in
            Thread { for x in 0..<500 { _ = answers(log, [#"{"x":\#(number * 1_000 + x + 100)}"#]) } }
        }
        for thread in threads { thread.start() }
        while !threads.allSatisfy(\.isFinished) { usleep(1_000) }
        #expect(logs.allSatisfy { $0.finish(within: Self.minute) && $0.counters.written == 500 })
        #expect(folder.names.count > 3)
        let numbers = try folder.names.flatMap { try folder.lines($0) }.compactMap { $0["input"]?["x"]?.int64 }
        let expected = (0..<4).flatMap { number in (0..<500).map { Int64(number * 1_000 + $0 + 100) } }
        #expect(numbers.sorted() == expected)
    }

    @Test func aFileThatWasTakenAwayIsMadeAnew() throws {
        let log = try logged()
        _ = answers(log, [#"{"x":1}"#])
        while log.counters.written < 1 { usleep(100) }
        unlink(folder.file())
        _ = answers(log, [#"{"x":2}"#])
        #expect(log.finish(within: Self.minute))
        #expect(try folder.lines().map { $0["input"] } == [["x": 2]])
    }

    @Test func aFileThatCanNotBeOpenedStopsTheLoad() {
        let error = #expect(throws: ModelLoadError.self) { try logged(path: folder.path + "/nowhere/log.ndjson") }
        #expect(error?.message.contains("can't be opened: No such file or directory; make its folder") == true)
    }

    @Test func whatADiskDoesNotTakeIsCountedAndTold() throws {
        let told = Mutex<[String]>([])
        let log = try logged(path: "/dev/full") { text in told.withLock { $0.append(text) } }
        for x in 0..<10 { #expect(answers(log, [#"{"x":\#(100 + x)}"#]) == [#"{"y":\#(Double(200 + 2 * x))}"#]) }
        #expect(log.finish(within: Self.minute))
        #expect(log.counters == LogCounters(written: 0, dropped: 10))
        let texts = told.withLock { $0 }
        #expect(
            !texts.isEmpty && texts.allSatisfy { $0.contains("/dev/full can't be written: No space left on device") })
    }

    /// A pipe that nobody reads takes 64 KiB, and then nothing until somebody does.
    @Test func aSlowDiskHoldsUpNoPrediction() throws {
        let path = folder.file("pipe")
        try #require(mkfifo(path, 0o600) == 0)
        let reader = open(path, O_RDONLY | O_NONBLOCK)
        try #require(reader >= 0)
        defer { close(reader) }
        let told = Mutex<[String]>([])
        let bounds = LogBuffer.Bounds(records: 50, bytes: 1 << 20)
        let log = try logged(path: path, bounds: bounds) { text in told.withLock { $0.append(text) } }
        let note = String(repeating: "n", count: 10_000)
        // Were one of them to wait for the disk, none would come back.
        for x in 0..<500 { _ = answers(log, [#"{"x":\#(100 + x),"note":"\#(note)"}"#]) }
        #expect(!log.finish(within: 1))
        let text = drain(reader) { log.finish(within: 1_000_000) }
        let lines = try text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        let dropped = lines.compactMap { $0["dropped"]?.int64 }.reduce(0, +)
        let written = lines.count { $0["output"] != nil }
        #expect(written + Int(dropped) == 500 && written >= 50 && dropped > 300, "\(written) and \(dropped)")
        #expect(log.counters == LogCounters(written: written, dropped: Int(dropped)))
        #expect(told.withLock { $0.first }?.contains("the disk is slower than they come") == true)
    }

    /// Reads until `isOver`, and what is there then.
    private func drain(_ descriptor: Int32, until isOver: () -> Bool) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var wasOver = false
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count > 0 { bytes += buffer.prefix(count) } else if wasOver { break }
            if count <= 0 { wasOver = isOver() }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: - The end

    @Test func aModelThatIsLetGoOfWritesItsLog() throws {
        do {
            let log = try logged()
            for x in 100..<200 { _ = answers(log, [#"{"x":\#(x)}"#]) }
        }
        // What the process does at its end, with whatever is still being written.
        #expect(OpenLogs.finish(within: Self.minute))
        #expect(try folder.lines().count == 100)
    }

    @Test func aProcessThatEndsWritesAllLogs() throws {
        let logs = try ["a", "b"].map { try logged(path: folder.file($0)) }
        for log in logs { for x in 100..<200 { _ = answers(log, [#"{"x":\#(x)}"#]) } }
        #expect(OpenLogs.finish(within: Self.minute))
        for name in ["a", "b"] { #expect(try folder.lines(name).count == 100) }
        #expect(answers(logs[0], [#"{"x":1}"#]) == [#"{"y":2.0}"#], "what comes later is predicted all the same")
    }

    /// What a description asks for: the log outside, so that it tells of hits too.
    @Test func aDescriptionMakesAStack() throws {
        let description = try ModelDescription(
            json: ["cache": ["entries": 5, "bytes": 5_000], "log": ["path": "log.ndjson", "sample": 1]])
        let stack = DecoratorStack(description, folder: folder.path) { _ in }
        #expect(stack.decorators.count == 2)
        let cache = try #require(stack.decorators[0] as? ResponseCache)
        #expect(cache.entries == 5 && cache.bytes == 5_000)
        let log = try #require(try stack.decorate(RecordInference(model)) as? LoggedModel)
        for _ in 0..<3 { _ = answers(log, [#"{"x":2}"#]) }
        #expect(log.finish(within: Self.minute))
        #expect(model.computed.withLock(\.count) == 1)
        #expect(try folder.lines().map { $0["output"] } == [["y": 4], ["y": 4], ["y": 4]])
        #expect(DecoratorStack(ModelDescription(), folder: "") { _ in }.decorators.isEmpty)
    }
}
