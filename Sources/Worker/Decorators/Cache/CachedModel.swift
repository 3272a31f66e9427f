public import SibylInference
internal import SibylJSON
public import SibylModel

/// A model with a cache around it, as `ResponseCache` makes it.
public final class CachedModel: InferenceModel {
    private let model: any InferenceModel
    private let store: ResponseStore

    init(_ model: any InferenceModel, store: ResponseStore) {
        (self.model, self.store) = (model, store)
    }

    public var metadata: ModelMetadata { model.metadata }
    public var tensors: TensorSignature { model.tensors }
    public var counters: CacheCounters { store.counters }

    public func predict(_ payloads: [UnsafeRawBufferPointer], into outcomes: inout PredictionOutcomes) {
        if payloads.count == 1 { return predict(Payload(payloads[0]), into: &outcomes) }
        predict(payloads.map { Payload($0) }, into: &outcomes)
    }

    public func predict(_ payloads: [Payload], into outcomes: inout PredictionOutcomes) {
        if payloads.count == 1 { return predict(payloads[0], into: &outcomes) }
        var key = CacheKeyWriter()
        let claims = payloads.map { store.claim(key.key(of: $0, with: outcomes.document)) }
        predict(payloads, claims, into: &outcomes)
    }

    /// A hit costs no more than its key and a copy of its output.
    private func predict(_ payload: Payload, into outcomes: inout PredictionOutcomes) {
        var key = CacheKeyWriter()
        let claim = store.claim(key.key(of: payload, with: outcomes.document))
        if case .hit(let response) = claim { return outcomes.append(response) }
        predict([payload], [claim], into: &outcomes)
    }

    /// What this call has claimed is computed, and told to those who wait for it, before it waits itself: so that no two
    /// calls ever wait for each other.
    private func predict(
        _ payloads: [Payload], _ claims: [ResponseStore.Claim], into outcomes: inout PredictionOutcomes
    ) {
        var call = OrderedCall(at: outcomes.outcomes.count, payloads: payloads.count)
        let missing = claims.indices.filter { claims[$0].isComputed }
        if !missing.isEmpty {
            let first = outcomes.outcomes.count
            compute(missing.map { payloads[$0] }, into: &outcomes)
            call.noteOutcomes(of: missing, in: &outcomes)
            for (offset, index) in missing.enumerated() {
                if case .lead(let flight) = claims[index] { store.land(flight, with: outcomes.landing(first + offset)) }
            }
        }
        for (index, claim) in claims.enumerated() {
            switch claim {
            case .hit(let response): outcomes.append(response)
            case .join(let flight): outcomes.append(store.wait(for: flight))
            case .lead, .pass: continue
            }
            call.noteOutcome(of: index)
        }
        call.arrange(&outcomes)
    }

    private func compute(_ payloads: [Payload], into outcomes: inout PredictionOutcomes) {
        if payloads.allSatisfy({ $0.form == .json }) {
            model.predict(payloads.map(\.bytes), into: &outcomes)
        } else {
            model.predict(payloads, into: &outcomes)
        }
    }
}

extension PredictionOutcomes {
    fileprivate mutating func append(_ response: CachedResponse) {
        response.bytes.withUnsafeBytes { bytes in
            if response.jsonLength == bytes.count { return append(output: bytes) }
            appendBinary { writer in
                writer.raw(bytes)
                return response.jsonLength
            }
        }
    }

    fileprivate mutating func append(_ landing: ResponseStore.Landing) {
        switch landing {
        case .response(let response): append(response)
        case .failure(let error): append(failure: error)
        }
    }

    /// An outcome for those who wait for it and those who come later.
    fileprivate func landing(_ index: Int) -> ResponseStore.Landing {
        switch outcomes[index] {
        case .output(let range, let jsonLength):
            .response(CachedResponse(bytes: Array(output(range)), jsonLength: jsonLength))
        case .failure(let error): .failure(error)
        }
    }
}
