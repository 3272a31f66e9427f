import SibylClient

/// What came of all requests. A call of `SibylClient` ends once, so `right`, `wrong` and what failed add up to them.
struct Outcome: Encodable, Sendable {
    private static let examplesKept = 5

    var right = 0
    var wrong = 0
    /// Requests that ended with an error, by its code.
    var failed: [String: Int] = [:]
    /// Errors that asking again got over, by code.
    var retried: [String: Int] = [:]
    /// The longest wait of a request that was answered.
    var longestMilliseconds = 0
    /// The first errors, in words.
    var examples: [String] = []

    enum CodingKeys: String, CodingKey {
        case right, wrong, failed, retried, examples
        case longestMilliseconds = "longest_ms"
    }

    mutating func answered(rightly isRight: Bool, after wait: Duration) {
        if isRight { right += 1 } else { wrong += 1 }
        longestMilliseconds = max(longestMilliseconds, Int(wait / .milliseconds(1)))
    }

    mutating func failed(_ question: Question, _ error: SibylError) {
        failed[error.code.wireName, default: 0] += 1
        keep("request \(question.number): \(error)")
    }

    mutating func retried(_ error: SibylError) {
        retried[error.code.wireName, default: 0] += 1
        keep("got over: \(error)")
    }

    private mutating func keep(_ example: String) {
        if examples.count < Self.examplesKept { examples.append(example) }
    }
}
