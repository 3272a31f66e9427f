internal import SibylJSON
internal import SibylModel

extension TensorInference {
    /// Computes all groups, and empties them.
    func compute(_ scratch: TensorScratch, _ outcomes: inout PredictionOutcomes) {
        for group in scratch.usedGroups {
            var rest = group.requests[...]
            while !rest.isEmpty {
                let run = rest.prefix(count(ofRunFrom: rest))
                rest = rest.dropFirst(run.count)
                compute(run, of: group, scratch, &outcomes)
            }
        }
        scratch.removeAllGroups()
    }

    /// How many requests one run takes: as many as have no more items than it may have, but one at least.
    private func count(ofRunFrom requests: ArraySlice<TensorRequest>) -> Int {
        let limit = (requests.first?.rows.lowerBound ?? 0) + maximum
        return max(requests.prefix { $0.rows.upperBound <= limit }.count, 1)
    }

    /// Computes requests by one run. If it fails, by two of one half each, so that only what is at fault fails in the
    /// end: n requests take 2n - 1 runs at most.
    private func compute(
        _ run: ArraySlice<TensorRequest>, of group: RequestGroup, _ scratch: TensorScratch,
        _ outcomes: inout PredictionOutcomes
    ) {
        guard let first = run.first, let last = run.last else { return }
        let rows = first.rows.lowerBound..<last.rows.upperBound
        var isAnswered = false
        do {
            let inputs = group.tensors(of: rows, isBatched: binding.isBatched)
            let places = wanted(by: run)
            try model.run(inputs, outputs: places) { tensors in
                if isAnswered { return }
                let outputs = RunOutputs(
                    places: places, tensors: tensors, rows: rows, isBatched: binding.isBatched, isShared: run.count > 1)
                let answers = try TensorAnswers(run, outputs, self)
                isAnswered = true
                for request in run {
                    scratch.order.append(request.payload)
                    answers.write(request, to: &outcomes)
                }
            }
            if !isAnswered { throw PredictionError(.failed, "the model gave no outputs") }
        } catch {
            // What fails once the outputs are written harms nobody.
            if isAnswered { return }
            guard run.count > 1 else { return scratch.fail(first.payload, error, &outcomes) }
            compute(run.prefix(run.count / 2), of: group, scratch, &outcomes)
            compute(run.dropFirst(run.count / 2), of: group, scratch, &outcomes)
        }
    }

    /// The places of the outputs that a run must give, ascending, each once.
    private func wanted(by run: ArraySlice<TensorRequest>) -> [Int] {
        if run.allSatisfy(\.isRecord) { return binding.places }
        var isWanted = [Bool](repeating: false, count: binding.signature.outputs.count)
        for request in run {
            switch request.form {
            case .record: for place in binding.places { isWanted[place] = true }
            case .infer(_, let outputs): for place in outputs { isWanted[place] = true }
            }
        }
        return isWanted.indices.filter { isWanted[$0] }
    }
}

extension TensorScratch {
    func fail(_ payload: Int, _ error: any Error, _ outcomes: inout PredictionOutcomes) {
        order.append(payload)
        outcomes.append(failure: error)
    }
}
