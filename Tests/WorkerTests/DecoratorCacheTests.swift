import Foundation
import SibylInference
import SibylJSON
import SibylModel
import SibylTesting
import Synchronization
import Testing

@testable import SibylWorker

struct DecoratorCacheTests {
    private func cached(_ model: any ServedModel, entries: Int = 100, bytes: Int = 1 << 20) throws -> CachedModel {
        try #require(ResponseCache(entries: entries, bytes: bytes).decorate(model) as? CachedModel)
    }

    @Test func equalInputsAreComputedOnce() throws {
        let model = Doubling()
        let cached = try cached(model)
        for text in [
            #"{"x":2,"a":[1],"b":0.5}"#, #" {"b":5e-1, "a":[1.0],"x":2.0} "#, #"{"a":[1],"\u0078":20e-1,"b":0.50}"#,
        ] {
            #expect(answers(cached, [text]) == [#"{"y":4.0}"#])
        }
        // Others, however little they differ.
        for text in [#"{"x":2,"a":[1],"b":0.51}"#, #"{"x":2,"a":[1,1],"b":0.5}"#, #"{"x":2,"a":[[1]],"b":0.5}"#] {
            #expect(answers(cached, [text]) == [#"{"y":4.0}"#])
        }
        #expect(model.computed.withLock(\.count) == 4)
        #expect(cached.counters.hits == 2 && cached.counters.misses == 4 && cached.counters.entries == 4)
    }

    @Test func aBatchKeepsItsOrder() throws {
        let model = Doubling()
        let cached = try cached(model)
        _ = answers(cached, [#"{"x":1}"#, #"{"x":3}"#])
        let batch = [
            #"{"x":5}"#, #"{"x":1}"#, "{", #"{"x":5.0}"#, #"{"x":13}"#, #"{"x":3}"#, #"{"x":"a"}"#, #"{"x":6}"#,
        ]
        let expected = answers(RecordInference(Doubling()), batch)
        #expect(answers(cached, batch) == expected)
        #expect(model.computed.withLock { $0 } == [1, 3, 5, 13, 6])
        #expect(answers(cached, batch) == expected)
        // What fails is computed anew, and nothing else.
        #expect(model.computed.withLock { $0 } == [1, 3, 5, 13, 6, 13])
        #expect(cached.counters.passed == 2 && cached.counters.joined == 1)
    }

    @Test func whatWasAskedForLastStays() throws {
        let model = Doubling()
        let cached = try cached(model, entries: 2)
        for x in [1, 2, 1, 3, 1, 2] { _ = answers(cached, [#"{"x":\#(x)}"#]) }
        #expect(model.computed.withLock { $0 } == [1, 2, 3, 2])
        #expect(cached.counters.entries == 2 && cached.counters.evictions == 2)
    }

    @Test func bytesAreBounded() throws {
        let model = Doubling()
        let cached = try cached(model, bytes: 1_000)
        let note = String(repeating: "n", count: 200)
        for x in 10..<20 { _ = answers(cached, [#"{"x":\#(x),"note":"\#(note)"}"#]) }
        #expect(cached.counters.bytes <= 1_000 && cached.counters.entries == 2)
        let long = #"{"x":1,"note":"\#(String(repeating: "n", count: 1_000))"}"#
        for _ in 0..<2 { #expect(answers(cached, [long]) == [#"{"y":2.0}"#]) }
        #expect(cached.counters.entries == 2, "what is larger than the cache drives nothing out")
        #expect(model.computed.withLock(\.count) == 12)
    }

    // MARK: - Single flight

    /// Runs `count` threads that all ask for 7, of which the model lets none go on before all have asked.
    private func askTogether(_ count: Int, _ payload: String, _ model: Doubling, _ cached: CachedModel) throws
        -> [String]
    {
        let all = Mutex<[String]>([])
        let threads = (0..<count).map { _ in
            let thread = Thread {
                let answer = answers(cached, [payload])
                all.withLock { $0 += answer }
            }
            thread.start()
            return thread
        }
        model.awaitWaiting(1)
        // Ends once all the others wait for the one that computes.
        while cached.counters.joined < count - 1 { usleep(1_000) }
        model.openGate()
        while !threads.allSatisfy(\.isFinished) { usleep(1_000) }
        return all.withLock { $0 }
    }

    @Test(.timeLimit(.minutes(1))) func equalInputsAtOnceAreComputedOnce() throws {
        let model = Doubling()
        let cached = try cached(model)
        let all = try askTogether(4, #"{"x":7}"#, model, cached)
        #expect(all == Array(repeating: #"{"y":14.0}"#, count: 4))
        #expect(model.computed.withLock { $0 } == [7])
        #expect(answers(cached, [#"{"x":7}"#]) == [#"{"y":14.0}"#])
        #expect(cached.counters.hits == 1 && cached.counters.misses == 1 && cached.counters.joined == 3)
    }

    /// Each of two calls computes what the other waits for.
    @Test(.timeLimit(.minutes(1))) func callsNeverWaitForEachOther() throws {
        let cached = try cached(Doubling(), entries: 1)
        let threads = (0..<2).map { number in
            Thread {
                for x in 0..<2_000 {
                    let pair = [#"{"x":\#(20 + x)}"#, #"{"x":\#(21 + x)}"#]
                    _ = answers(cached, number == 0 ? pair : pair.reversed())
                }
            }
        }
        for thread in threads { thread.start() }
        while !threads.allSatisfy(\.isFinished) { usleep(1_000) }
        let counters = cached.counters
        #expect(counters.hits + counters.misses + counters.joined == 8_000)
    }

    /// Fails for whoever waits at the gate.
    private struct Failing: ServedModel {
        let model: Doubling
        var metadata: ModelMetadata { model.metadata }

        func predict(_ payloads: [UnsafeRawBufferPointer], into outcomes: inout PredictionOutcomes) {
            var own = PredictionOutcomes()
            model.predict(payloads, into: &own)
            for _ in payloads { outcomes.append(failure: PredictionError(.failed, "out of memory")) }
        }
    }

    @Test(.timeLimit(.minutes(1))) func whoWaitsForAFailureGetsItAndTheNextTriesAgain() throws {
        let model = Doubling()
        let cached = try cached(Failing(model: model))
        let all = try askTogether(3, #"{"x":7}"#, model, cached)
        #expect(all == Array(repeating: "failed: out of memory", count: 3))
        #expect(answers(cached, [#"{"x":7}"#]) == ["failed: out of memory"])
        #expect(model.computed.withLock { $0 } == [7, 7] && cached.counters.entries == 0)
    }

    // MARK: - Infer requests

    @Test func inferRequestsAreKeptByFormAndId() throws {
        let model = Doubling()
        let cached = try cached(model)
        func request(_ id: String, _ data: String) -> String {
            #"{"id":"\#(id)","inputs":[{"name":"x","shape":[2],"datatype":"FP64","data":[\#(data)]}]}"#
        }
        let first = answers(cached, [(request("a", "1,2"), .openInference)])
        #expect(first[0].contains(#""id":"a""#) && first[0].contains("2.0,4.0"), "\(first)")
        #expect(answers(cached, [(request("a", "1.0, 2.0"), .openInference)]) == first)
        #expect(model.computed.withLock(\.count) == 2)
        #expect(answers(cached, [(request("b", "1,2"), .openInference)])[0].contains(#""id":"b""#))
        #expect(model.computed.withLock(\.count) == 4)
        // The same bytes as another form are another input.
        #expect(answers(cached, [(request("a", "1,2"), .json)])[0].hasPrefix("invalidInput"))
    }

    @Test func tensorsAsBytesAreComparedByteByByte() throws {
        let tensors = try TensorInference(RowSums(), name: "sums", version: "1.0.0")
        let cached = try cached(tensors)
        func request(_ numbers: [Float]) -> ([UInt8], PayloadForm) {
            let json = #"""
                {"parameters":{"binary_data_output":true},"inputs":[{"name":"X","shape":[\#(numbers.count / 2),2],"datatype":"FP32","parameters":{"binary_data_size":\#(numbers.count * 4)}}]}
                """#
            let bytes = Array(json.utf8) + numbers.withUnsafeBytes { Array($0) }
            return (bytes, .openInferenceBinary(jsonLength: json.utf8.count))
        }
        let expected = answers(tensors, [request([1, 2, 3, 4])])
        #expect(expected[0].hasSuffix("+8"))
        for _ in 0..<2 { #expect(answers(cached, [request([1, 2, 3, 4])]) == expected) }
        #expect(answers(cached, [request([1, 2, 3, 5])]).count == 1)
        let json = #"{"X":[1,2]}"#
        #expect(
            answers(cached, [(Array(json.utf8), .json), request([1, 2, 3, 4])])
                == answers(tensors, [(Array(json.utf8), .json), request([1, 2, 3, 4])]))
        #expect(cached.counters.hits == 2 && cached.counters.misses == 3)
        #expect(cached.tensors == tensors.tensors)
        // A length that can't be: the model says what is wrong with it.
        #expect(answers(cached, [([1, 2], .openInferenceBinary(jsonLength: 9))])[0].hasPrefix("malformedPayload"))
    }

    // MARK: - What a model promises

    @Test func keepsThePromisesOfItsModel() throws {
        let model = Doubling()
        model.openGate()
        #expect(ModelConformance.problems(of: try cached(model)) == [])
        let tensors = try TensorInference(RowSums(), name: "sums", version: "1.0.0")
        #expect(ModelConformance.problems(of: try cached(tensors, entries: 3)) == [])
        #expect(try cached(tensors).metadata == tensors.metadata)
    }

    /// A model that gives too few outcomes harms nobody else's.
    private struct Forgetful: ServedModel {
        let model = Doubling()
        var metadata: ModelMetadata { model.metadata }
        func predict(_ payloads: [UnsafeRawBufferPointer], into outcomes: inout PredictionOutcomes) {
            model.predict(Array(payloads.dropLast()), into: &outcomes)
        }
    }

    @Test func aModelThatForgetsAnItemIsTold() throws {
        let cached = try cached(Forgetful())
        #expect(
            answers(cached, [#"{"x":1}"#, #"{"x":2}"#]) == [#"{"y":2.0}"#, "failed: the model gave no output"])
        #expect(
            answers(cached, [#"{"x":2}"#, #"{"x":1}"#]) == ["failed: the model gave no output", #"{"y":2.0}"#])
    }

    // MARK: - The table

    /// Against a list that does the same slowly.
    @Test(arguments: [1, 2, 3] as [UInt64]) func theTableForgetsTheOldest(_ seed: UInt64) {
        var random = SystemlessRandom(state: seed)
        var table = ResponseTable(entries: 8, bytes: 8 * 600)
        var list: [(key: [UInt8], response: [UInt8])] = []
        func size(_ entry: (key: [UInt8], response: [UInt8])) -> Int {
            entry.key.count + entry.response.count + ResponseTable.overhead
        }
        for step in 0..<5_000 {
            let key = Array("key \(random.next() % 20)".utf8)
            // Hashes that many keys share.
            let hash = Int(key.last ?? 0) % 3
            let found = key.withUnsafeBytes { table.response(for: $0, hash: hash) }
            if let place = list.firstIndex(where: { $0.key == key }) {
                #expect(found?.bytes == list[place].response, "step \(step)")
                list.append(list.remove(at: place))
            } else {
                #expect(found == nil, "step \(step)")
                let response = [UInt8](repeating: UInt8(step % 251), count: Int(random.next() % 1_200))
                let evicted = table.insert(key, hash: hash, CachedResponse(bytes: response, jsonLength: 0))
                list.append((key, response))
                var gone = 0
                while list.count > 8 || list.reduce(0, { $0 + size($1) }) > 8 * 600 {
                    list.removeFirst()
                    gone += 1
                }
                #expect(evicted == gone)
            }
            #expect(table.count == list.count && table.bytes == list.reduce(0) { $0 + size($1) })
        }
    }
}

/// Numbers from a seed.
struct SystemlessRandom {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }
}
