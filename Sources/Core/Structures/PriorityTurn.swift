package import SibylProtocol

/// Whose turn it is where requests of both priorities wait: interactive ones come first, and bulk gets a share of the
/// work that nobody can take from it.
///
/// Shares are of work, not of requests: while bulk waits, each item that interactive requests are served earns bulk an
/// eighth of one, and bulk's turn comes whenever it has earned a whole one. A batch may overdraw what was earned; then bulk
/// waits until the debt is paid. So bulk gets a ninth of all items. What it earns while a long interactive batch is served
/// is kept up to a bound, so that it doesn't hold up interactive work for longer than about one running batch.
package struct PriorityTurn: Sendable {
    /// Interactive items for one bulk item, while both wait.
    package static let interactiveShare = 8

    /// Items that bulk may be served in a row: as many as a worker computes at once.
    private static let longestRun = 64

    /// What bulk has earned, in items times `interactiveShare`.
    private var earned = 0

    package init() {}

    /// Which of two that both wait comes next.
    package var next: Priority { earned >= Self.interactiveShare ? .bulk : .interactive }

    /// A request of `cost` items was served while one of the other priority waited.
    package mutating func served(_ priority: Priority, cost: Int) {
        switch priority {
        case .interactive: earned = min(earned + cost, Self.longestRun * Self.interactiveShare)
        case .bulk: earned -= cost * Self.interactiveShare
        }
    }

    /// Nobody of one priority waits any more: neither owes the other anything.
    package mutating func reset() {
        earned = 0
    }
}
