internal import SibylModel

/// A call of `predict` whose payloads are answered in another order than they came in: puts their outcomes in order.
///
/// A model that gives too few outcomes has failures in their place, and what it gives beyond stands at the end, where
/// nobody looks: else one payload's outcome would be another's.
struct OrderedCall {
    private var count: Int
    private let payloads: Int
    private var places: [Int] = []
    private var surplus = 0

    /// - Parameters:
    ///   - count: the outcomes that are there before the call.
    ///   - payloads: how many payloads the call has.
    init(at count: Int, payloads: Int) {
        self.count = count
        self.payloads = payloads
        places.reserveCapacity(payloads)
    }

    /// Notes that the model has just appended the outcomes of the payloads in these places.
    mutating func noteOutcomes(of payloads: [Int], in outcomes: inout PredictionOutcomes) {
        for _ in 0..<max(0, payloads.count - (outcomes.outcomes.count - count)) {
            outcomes.append(failure: PredictionError(.failed, "the model gave no output"))
        }
        places += payloads
        for _ in payloads.count..<(outcomes.outcomes.count - count) {
            places.append(self.payloads + surplus)
            surplus += 1
        }
        count = outcomes.outcomes.count
    }

    /// Notes that the outcome of one payload has just been appended.
    mutating func noteOutcome(of payload: Int) {
        places.append(payload)
        count += 1
    }

    func arrange(_ outcomes: inout PredictionOutcomes) {
        outcomes.arrangeLast(by: places)
    }
}
