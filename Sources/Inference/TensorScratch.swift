internal import SibylJSON
internal import SibylModel
internal import Synchronization

/// What one call of `predict` works with: its memory is used again and again.
final class TensorScratch: @unchecked Sendable {
    // Sendable because a pool hands it to one thread at a time.

    private let inputs: [InputBinding]
    private var groups: [RequestGroup] = []
    private var used = 0
    /// The nodes of a record's members while it is read.
    var members: [JSONNode?] = []
    /// For each outcome that was appended, which payload's it is.
    var order: [Int] = []

    /// Groups whose memory is kept, and bytes in each: a few requests of other shapes, or a large one, come again sooner
    /// or later; what is beyond would be held for nothing most of the time.
    private static let mostGroups = 8
    private static let mostBytes = 4 << 20

    init(_ inputs: [InputBinding]) {
        self.inputs = inputs
    }

    /// Those that hold requests.
    var usedGroups: ArraySlice<RequestGroup> { groups[..<used] }

    /// The group of items with these shapes.
    ///
    /// - Parameter isShared: whether it may be one that holds requests already; nobody joins one that was made for a request
    ///   alone, whose shapes have the dimension that counts items too.
    func group(of shapes: [[Int]], isShared: Bool = true) throws(PredictionError) -> RequestGroup {
        if isShared, let group = usedGroups.first(where: { $0.shapes == shapes }) { return group }
        if used == groups.count { groups.append(RequestGroup(inputs)) }
        try groups[used].reset(to: shapes)
        used += 1
        return groups[used - 1]
    }

    func removeAllGroups() {
        for group in usedGroups { group.removeAll() }
        used = 0
    }

    /// Forgets everything but the memory that may be kept.
    func clear() {
        removeAllGroups()
        members.removeAll(keepingCapacity: true)
        order.removeAll(keepingCapacity: true)
        groups.removeAll { $0.capacity > Self.mostBytes }
        if groups.count > Self.mostGroups { groups.removeLast(groups.count - Self.mostGroups) }
    }
}

/// Scratch memory that is in nobody's use.
final class ScratchPool: Sendable {
    private let free = Mutex<[TensorScratch]>([])
    private let inputs: [InputBinding]

    /// As many as threads predict at once, as a rule; what is given back beyond is let go.
    private static let mostFree = 16

    init(_ inputs: [InputBinding]) {
        self.inputs = inputs
    }

    func take() -> TensorScratch {
        free.withLock { $0.popLast() } ?? TensorScratch(inputs)
    }

    func giveBack(_ scratch: TensorScratch) {
        scratch.clear()
        free.withLock { if $0.count < Self.mostFree { $0.append(scratch) } }
    }
}
