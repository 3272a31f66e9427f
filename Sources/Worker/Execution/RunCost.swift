internal import SibylCore

/// What runs of a model take: a part for the run and a part for each item, learned from the runs.
///
/// The least-squares line through all runs, each of which counts a thirty-second less than the one after it: what a model takes
/// changes with its inputs and with what else the machine does.
struct RunCost: Sendable {
    /// What is left of a run's weight after the next.
    private static let retention = 31.0 / 32
    /// A run that takes longer than so many times what it should was held up by something else, and counts as that many.
    private static let outlier = 4.0
    /// From sizes that differ less than that nothing is learned: their standard deviation, in parts of the mean.
    private static let leastDeviation = 0.1

    // Sums over the runs, weighted.
    private var weight = 0.0
    private var items = 0.0
    private var spans = 0.0
    private var squares = 0.0
    private var products = 0.0

    /// Nanoseconds that a run takes whatever it holds; 0 while that is not known.
    private(set) var fixed = 0.0
    /// Nanoseconds that each item adds.
    private(set) var perItem = 0.0
    /// Whether the runs tell the two apart.
    private(set) var isKnown = false

    mutating func record(items count: Int, _ span: Instant.Span) {
        let count = Double(count)
        var span = Double(span.nanoseconds)
        if weight > 0 { span = min(span, Self.outlier * max(fixed + perItem * count, 1_000)) }
        weight = weight * Self.retention + 1
        items = items * Self.retention + count
        spans = spans * Self.retention + span
        squares = squares * Self.retention + count * count
        products = products * Self.retention + count * span
        fitLine()
    }

    private mutating func fitLine() {
        let variance = squares / weight - meanItems * meanItems
        let covariance = products / weight - meanItems * meanSpan
        isKnown = variance > meanItems * meanItems * Self.leastDeviation * Self.leastDeviation
        // Neither part can be less than nothing, whatever noise says.
        perItem = isKnown ? max(0, min(covariance / variance, spanPerItem)) : spanPerItem
        fixed = max(0, meanSpan - perItem * meanItems)
    }

    /// Items of a run.
    var meanItems: Double { weight > 0 ? items / weight : 0 }
    private var meanSpan: Double { weight > 0 ? spans / weight : 0 }
    /// Nanoseconds of a run divided by its items; 0 before the first run.
    var spanPerItem: Double { items > 0 ? spans / items : 0 }

    /// What of a run of one item another run of one would save if both were one, 0 to 1; 0 while that is not known.
    var gain: Double { isKnown && fixed > 0 ? fixed / (fixed + perItem) : 0 }

    func expected(items: Int) -> Instant.Span {
        Instant.Span(nanoseconds: Int64(min(fixed + perItem * Double(items), 1e18)))
    }
}
