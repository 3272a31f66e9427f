import Glibc
import SibylModel

/// The doubler with a fault of one's choice in what it answers.
struct FaultyModel: ServedModel {
    typealias Predict = @Sendable ([UnsafeRawBufferPointer], inout PredictionOutcomes) -> Void

    var metadata = Doubler.metadata
    /// Gets the right model's way of predicting.
    var predictFaultily: @Sendable (_ right: Predict, [UnsafeRawBufferPointer], inout PredictionOutcomes) -> Void

    func predict(_ payloads: [UnsafeRawBufferPointer], into outcomes: inout PredictionOutcomes) {
        guard let right = try? TypedModel(Doubler.self, configuration: ModelConfiguration()) else { return }
        predictFaultily({ right.predict($0, into: &$1) }, payloads, &outcomes)
    }
}

extension FaultyModel {
    /// Answers each payload by itself, but for those that `fault` answers.
    init(
        answering fault:
            @escaping @Sendable (
                _ payload: UnsafeRawBufferPointer, _ count: Int, _ error: PredictionError?, inout PredictionOutcomes
            ) -> Bool
    ) {
        self.init { right, payloads, outcomes in
            for payload in payloads {
                var own = PredictionOutcomes()
                right([payload], &own)
                var error: PredictionError?
                if case .failure(let failure) = own.outcomes[0] { error = failure }
                if !fault(payload, payloads.count, error, &outcomes) { right([payload], &outcomes) }
            }
        }
    }

    static let mixesUpItsItems = FaultyModel { right, payloads, outcomes in right(payloads.reversed(), &outcomes) }
    static let forgetsAnItem = FaultyModel { right, payloads, outcomes in
        right(payloads.count > 1 ? payloads.dropLast() : payloads, &outcomes)
    }
    static let takesAnything = FaultyModel { _, _, error, outcomes in
        guard error?.code == .invalidInput else { return false }
        outcomes.append { $0.raw(Array(#"{"double":0}"#.utf8)) }
        return true
    }
    static let callsEverythingFailed = FaultyModel { _, _, error, outcomes in
        guard let error else { return false }
        outcomes.append(failure: PredictionError(.failed, error.message, violations: error.violations))
        return true
    }
    static let doesNotSayWhere = FaultyModel { _, _, error, outcomes in
        guard let error, error.code == .invalidInput else { return false }
        outcomes.append(failure: PredictionError(.invalidInput, "something is wrong"))
        return true
    }
    static let letsNeighboursSuffer = FaultyModel { right, payloads, outcomes in
        var own = PredictionOutcomes()
        right(payloads, &own)
        let failures = own.outcomes.compactMap { outcome -> PredictionError? in
            if case .failure(let error) = outcome, error.code != .failed { error } else { nil }
        }
        guard let first = failures.first, payloads.count > 1 else { return right(payloads, &outcomes) }
        for _ in payloads { outcomes.append(failure: first) }
    }
    static let givesNoJSON = FaultyModel { _, _, error, outcomes in
        if error != nil { return false }
        outcomes.append { $0.raw(Array("{".utf8)) }
        return true
    }
    static let breaksItsOutputSchema = FaultyModel { _, _, error, outcomes in
        if error != nil { return false }
        outcomes.append { $0.raw(Array(#"{"double":"2"}"#.utf8)) }
        return true
    }
    static let refusesWithoutAWord = FaultyModel { _, _, error, outcomes in
        if error != nil { return false }
        outcomes.append(failure: PredictionError(.failed, ""))
        return true
    }

    /// As a library that keeps its state by thread.
    static func knowsOneThreadOnly() -> FaultyModel {
        let home = pthread_self()
        return FaultyModel { _, _, error, outcomes in
            if error != nil || pthread_equal(home, pthread_self()) != 0 { return false }
            outcomes.append { $0.raw(Array(#"{"double":-1}"#.utf8)) }
            return true
        }
    }
}
