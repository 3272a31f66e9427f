import SibylInference
import SibylJSON
import SibylModel
import Synchronization
import Testing

@testable import SibylWorker

struct DecoratorStackTests {
    /// Adds a word to each output of JSON, so that one sees who was where.
    private struct Marking: ModelDecorator {
        let word: String

        struct Marked: ServedModel {
            let model: any ServedModel
            let word: String
            var metadata: ModelMetadata { model.metadata }

            func predict(_ payloads: [UnsafeRawBufferPointer], into outcomes: inout PredictionOutcomes) {
                var own = PredictionOutcomes()
                model.predict(payloads, into: &own)
                let bytes = own.bytes
                for outcome in own.outcomes {
                    switch outcome {
                    case .failure(let error): outcomes.append(failure: error)
                    case .output(let range, _):
                        outcomes.append { writer in
                            writer.beginObject()
                            for member in try JSONValue(parsing: Array(bytes[range])).object ?? [:] {
                                writer.key(member.key)
                                try member.value.write(to: &writer)
                            }
                            writer.key(word)
                            writer.bool(true)
                            writer.endObject()
                        }
                    }
                }
            }
        }

        func decorate(_ model: any ServedModel) -> any ServedModel { Marked(model: model, word: word) }
    }

    private struct Renaming: ModelDecorator {
        struct Renamed: ServedModel {
            let model: any ServedModel
            var metadata: ModelMetadata {
                var metadata = model.metadata
                metadata.version = "9.0.0"
                return metadata
            }
            func predict(_ payloads: [UnsafeRawBufferPointer], into outcomes: inout PredictionOutcomes) {
                model.predict(payloads, into: &outcomes)
            }
        }

        func decorate(_ model: any ServedModel) -> any ServedModel { Renamed(model: model) }
    }

    private struct Refusing: ModelDecorator {
        struct NoLicence: Error {}
        func decorate(_ model: any ServedModel) throws -> any ServedModel { throw NoLicence() }
    }

    @Test func theFirstIsInnermost() throws {
        let stack = DecoratorStack([Marking(word: "first"), Marking(word: "second")])
        let model = try stack.decorate(RecordInference(Doubling()))
        #expect(answers(model, [#"{"x":1}"#]) == [#"{"y":2,"first":true,"second":true}"#])
        #expect(try DecoratorStack().decorate(RecordInference(Doubling())).metadata.version == "1.2.3")
    }

    /// A decorator that knows JSON alone sees the records of an infer request one by one.
    @Test func inferRequestsOfRecordsGoThroughAll() throws {
        let inner = Doubling()
        let stack = DecoratorStack([Marking(word: "marked"), ResponseCache()])
        let model = try stack.decorate(RecordInference(inner))
        #expect(model.tensors == RecordInference(inner).tensors)
        let request = #"{"inputs":[{"name":"x","shape":[2],"datatype":"FP64","data":[1,2]}]}"#
        for _ in 0..<2 { #expect(answers(model, [(request, .openInference)])[0].contains("[2.0,4.0]")) }
        #expect(inner.computed.withLock { $0 } == [1, 2])
        #expect(answers(model, [#"{"x":1}"#]) == [#"{"y":2,"marked":true}"#])
    }

    @Test func tensorsGoPastWhatKnowsJSONAlone() throws {
        let tensors = try TensorInference(RowSums(), name: "sums", version: "1.0.0")
        let model = try DecoratorStack([Marking(word: "marked")]).decorate(tensors)
        #expect(model.tensors == tensors.tensors)
        let json = #"{"X":[1,2]}"#
        let request = #"{"inputs":[{"name":"X","shape":[1,2],"datatype":"FP32","data":[3,4]}]}"#
        let plain = answers(tensors, [(json, .json), (request, .openInference)])
        let marked = #"{"sum":3,"marked":true}"#
        #expect(
            answers(model, [(request, .openInference), (json, .json), (request, .openInference), (json, .json)])
                == [plain[1], marked, plain[1], marked])
    }

    @Test func aDecoratorKeepsTheMetadata() {
        let error = #expect(throws: ModelLoadError.self) {
            try DecoratorStack([Renaming()]).decorate(RecordInference(Doubling()))
        }
        #expect(error?.message.contains("Renaming changes what doubling says of itself") == true)
    }

    @Test func aDecoratorThatRefusesStopsTheLoad() {
        let error = #expect(throws: ModelLoadError.self) {
            try ModelManager([ModelSource.loaded(Doubling()).decorated(by: [Refusing()])])
        }
        #expect(error?.description == "Refusing can't be put around doubling: NoLicence()")
    }

    @Test func aSourceIsDecorated() throws {
        let model = Doubling()
        let source = ModelSource.loaded(model).decorated(by: [ResponseCache(), Marking(word: "marked")])
        let served = try #require(try ModelManager([source]).models.first)
        for _ in 0..<2 { #expect(answers(served, [#"{"x":4}"#]) == [#"{"y":8,"marked":true}"#]) }
        #expect(model.computed.withLock(\.count) == 1)
    }
}
