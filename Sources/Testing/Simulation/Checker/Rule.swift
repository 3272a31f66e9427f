/// What must hold in every history. `docs/simulation.md` tells what each means and where it is promised.
package enum Rule: String, Sendable, CaseIterable {
    // What a client sees.
    case answeredOnce = "answered-once"
    case endsByDeadline = "ends-by-deadline"
    case answerBelongs = "answer-belongs"
    case failureJustified = "failure-justified"
    case timeLeftTold = "time-left-told"
    case sentRight = "sent-right"

    // What a broker does.
    case oneReply = "one-reply"
    case withinCredit = "within-credit"
    case servesModel = "serves-model"
    case workerAvailable = "worker-available"
    case notAfterDeadline = "not-after-deadline"
    case attemptsBounded = "attempts-bounded"
    case namesUnique = "names-unique"
    case deadlineKept = "deadline-kept"
    case queueBounded = "queue-bounded"
    case refusalJustified = "refusal-justified"
    case waitsBounded = "waits-bounded"
    case routeRight = "route-right"
    case workConserved = "work-conserved"
    case cancelTold = "cancel-told"
    case lossNoticed = "loss-noticed"
    case poisonAlone = "poison-alone"
    case prioritiesKept = "priorities-kept"
    case tenantsShare = "tenants-share"

    // What a worker does.
    case dispatchAnswered = "dispatch-answered"
    case jobEndsOnce = "job-ends-once"
    case withinCapacity = "within-capacity"
    case sessionKept = "session-kept"

    // What comes of it all.
    case recovers = "recovers"
    case drains = "drains"
    case nothingLeaks = "nothing-leaks"
    case statsRight = "stats-right"
    case settles = "settles"
}

/// A rule that did not hold.
package struct Violation: Sendable, Equatable {
    package var rule: Rule
    package var text: String
}
