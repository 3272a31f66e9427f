internal import SibylCore

/// Which processes run, and between which of them nothing passes.
final class ProcessTable {
    private struct Process {
        var isAlive = false
        var isFrozen = false
        /// Counts starts, so that what belongs to an earlier life can be told.
        var life = 0
    }

    private var processes: [Process]
    /// How many partitions lie between two of them.
    private var cuts: [Int]
    /// Since when nothing passes, so that a heartbeat can tell one partition from the next.
    private var changed: [Instant]

    init(count: Int) {
        processes = [Process](repeating: Process(), count: count)
        cuts = [Int](repeating: 0, count: count * count)
        changed = [Instant](repeating: Instant(nanoseconds: 0), count: count * count)
    }

    func isAlive(_ node: Int) -> Bool { processes[node].isAlive }
    func isFrozen(_ node: Int) -> Bool { processes[node].isFrozen }
    func isRunning(_ node: Int) -> Bool { processes[node].isAlive && !processes[node].isFrozen }
    func life(of node: Int) -> Int { processes[node].life }

    func begin(_ node: Int) {
        processes[node] = Process(isAlive: true, life: processes[node].life + 1)
    }

    func end(_ node: Int) {
        processes[node].isAlive = false
        processes[node].isFrozen = false
    }

    func freeze(_ node: Int, at now: Instant) {
        processes[node].isFrozen = true
        for other in processes.indices { note(node, other, now) }
    }

    func thaw(_ node: Int, at now: Instant) {
        processes[node].isFrozen = false
        for other in processes.indices { note(node, other, now) }
    }

    func cut(_ one: Int, _ other: Int, at now: Instant) {
        change(one, other, by: 1, now)
    }

    func mend(_ one: Int, _ other: Int, at now: Instant) {
        change(one, other, by: -1, now)
    }

    /// Mends every partition.
    func mendAll() {
        for index in cuts.indices { cuts[index] = 0 }
    }

    /// Whether the network between two is whole.
    func canPass(_ one: Int, _ other: Int) -> Bool {
        cuts[one * processes.count + other] == 0
    }

    /// When what lies between two last became better or worse.
    func lastChange(_ one: Int, _ other: Int) -> Instant {
        changed[one * processes.count + other]
    }

    private func change(_ one: Int, _ other: Int, by difference: Int, _ now: Instant) {
        cuts[one * processes.count + other] += difference
        cuts[other * processes.count + one] += difference
        note(one, other, now)
    }

    private func note(_ one: Int, _ other: Int, _ now: Instant) {
        changed[one * processes.count + other] = now
        changed[other * processes.count + one] = now
    }
}
