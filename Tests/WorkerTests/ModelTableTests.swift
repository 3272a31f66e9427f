import SibylCore
import SibylInference
import SibylModel
import Testing

@testable import SibylWorker

@Suite struct ModelTableTests {
    private struct Constant: MLModel {
        struct Input: Codable {}
        static let displayName = "Constant"
        static let qualifiedName = "constant"
        static let description = ""
        static let version: SemanticVersion = "1.0.0"
        static let inputSchema = JSONSchema(["type": "object"])
        static let outputSchema = JSONSchema(["type": "integer"])
        init(configuration: ModelConfiguration) {}
        func predict(_ input: Input) -> Int { 1 }
    }

    /// The same model under other words.
    private struct Renamed: InferenceModel {
        var metadata: ModelMetadata
        var tensors: TensorSignature { TensorSignature(inputs: [], outputs: []) }
        func predict(_ payloads: [Payload], into outcomes: inout PredictionOutcomes) {}
    }

    private func entry(_ version: SemanticVersion, generation: Int = 0) -> ModelSet.Entry {
        var metadata = Constant.metadata
        metadata.version = version
        return ModelSet.Entry(Renamed(metadata: metadata), generation: generation)
    }

    private func at(_ milliseconds: Int64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }

    @Test func aVersionKeepsItsNumberAndItsSuccessorGetsItsOwn() {
        var table = ModelTable(worker: "w")
        let (isFirst, isSame) = (
            table.serve(ModelSet([entry("1.0.0")]), at: at(0)), table.serve(ModelSet([entry("1.0.0")]), at: at(1))
        )
        #expect(isFirst && !isSame)
        _ = table.serve(ModelSet([entry("2.0.0"), entry("1.0.0")]), at: at(2))
        #expect(table.announced.map(\.version) == ["1.0.0", "2.0.0"])
        #expect(table.announced.map(\.place) == [0, 1])
        let (one, two, none) = (table.use(0, at: at(3)), table.use(1, at: at(3)), table.use(2, at: at(3)))
        #expect(one?.announced.version == "1.0.0" && two?.announced.version == "2.0.0" && none == nil)
    }

    /// Loaded again: the same number, another model, at once.
    @Test func anotherGenerationTakesThePlace() {
        var table = ModelTable(worker: "w")
        _ = table.serve(ModelSet([entry("1.0.0", generation: 1)]), at: at(0))
        let former = table.use(0, at: at(0))
        let isChanged = table.serve(ModelSet([entry("1.0.0", generation: 2)]), at: at(1))
        let next = table.use(0, at: at(1))
        #expect(isChanged && next?.generation == 2 && former?.generation == 1)
        #expect(table.announced.map(\.place) == [0])
    }

    @Test func whatGoesStaysUntilNobodyAsksForIt() {
        var table = ModelTable(worker: "w")
        _ = table.serve(ModelSet([entry("1.0.0")]), at: at(0))
        _ = table.serve(ModelSet([entry("2.0.0")]), at: at(0))
        #expect(table.announced.map(\.isLeaving) == [true, false])
        let isThere = table.use(0, at: at(900)) != nil
        #expect(isThere && table.nextDeadline == at(1_900))
        let isEarly = table.releaseLeaving(at: at(1_899))
        let isDue = table.releaseLeaving(at: at(1_900))
        #expect(!isEarly && isDue && table.announced.map(\.version) == ["2.0.0"])
        let isGone = table.use(0, at: at(1_901)) == nil
        #expect(isGone && table.nextDeadline == .distantFuture)
    }

    @Test func whatIsAskedForWithoutEndGoesAtLast() {
        var table = ModelTable(worker: "w")
        _ = table.serve(ModelSet([entry("1.0.0")]), at: at(0))
        _ = table.serve(ModelSet(), at: at(0))
        var moment: Int64 = 0
        while table.use(0, at: at(moment)) != nil {
            moment += 500
            _ = table.releaseLeaving(at: at(moment))
            if moment > 60_000 { break }
        }
        #expect(moment == 30_000)
    }

    /// What comes back while it leaves gets a number of its own, and what was sent under the old one is still computed.
    @Test func whatComesBackIsAnnouncedOnce() {
        var table = ModelTable(worker: "w")
        _ = table.serve(ModelSet([entry("1.0.0", generation: 1)]), at: at(0))
        _ = table.serve(ModelSet(), at: at(1))
        _ = table.serve(ModelSet([entry("1.0.0", generation: 2)]), at: at(2))
        #expect(table.announced.map(\.place) == [1])
        let (old, new) = (table.use(0, at: at(3)), table.use(1, at: at(3)))
        #expect(old?.generation == 1 && new?.generation == 2)
    }

    @Test func policiesAndAbsencesAreNews() {
        var table = ModelTable(worker: "w")
        let absences = [ModelAbsence("m", version: "1", state: .failed, message: "why")]
        let news = [
            table.serve(ModelSet(absences: absences), at: at(0)),
            table.serve(ModelSet(absences: absences), at: at(0)),
            table.serve(ModelSet(policies: [ModelPolicy("m")]), at: at(0)),
        ]
        #expect(news == [true, false, true])
    }
}
