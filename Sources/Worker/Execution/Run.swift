internal import SibylCore
internal import SibylProtocol

/// What an executor computes at once: items of one model, of single requests and of batches. It is used again and again.
struct Run {
    /// Whose it is; nil while it holds nothing.
    var lane: ModelLane?
    var priority = Priority.interactive
    /// Before it is computed all, afterwards batches that have items left.
    var jobs: [Job] = []
    /// A batch alone, of which the next part of the input is to be taken apart.
    var isTakingApart = false
    var hasBatches = false
    /// How many have their turn. What was taken apart counts as the items that might have been computed meanwhile.
    var items = 0

    var begin = Instant(nanoseconds: 0)
    var end = Instant(nanoseconds: 0)
    /// Items that the model was given: those whose clients still want them.
    var computed = 0

    mutating func clear() {
        lane = nil
        jobs.removeAll(keepingCapacity: true)
        isTakingApart = false
        hasBatches = false
        items = 0
        computed = 0
    }
}
