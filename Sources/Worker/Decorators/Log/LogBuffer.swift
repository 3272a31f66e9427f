/// Records that wait to be written, up to a bound.
struct LogBuffer {
    /// What may wait: some seconds of a busy model's, and little beside what models take themselves.
    struct Bounds: Sendable {
        var records = 10_000
        var bytes = 16 << 20
    }

    /// What was taken out together.
    struct Batch {
        var records: [LogRecord] = []
        /// Records that found no room since the last batch.
        var dropped = 0
    }

    private let bounds: Bounds
    private var batch = Batch()
    private var bytes = 0

    init(_ bounds: Bounds) { self.bounds = bounds }

    var isEmpty: Bool { batch.records.isEmpty && batch.dropped == 0 }

    /// Counts as dropped what has no room.
    mutating func hasRoom(for size: Int) -> Bool {
        if batch.records.count < bounds.records && bytes + size <= bounds.bytes { return true }
        batch.dropped += 1
        return false
    }

    mutating func append(_ record: LogRecord) {
        guard hasRoom(for: record.size) else { return }
        batch.records.append(record)
        bytes += record.size
    }

    mutating func take() -> Batch {
        defer { (batch, bytes) = (Batch(), 0) }
        return batch
    }
}
