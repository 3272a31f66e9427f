internal import SibylJSON

/// What the thread of a log does with records: makes lines of them and appends these to the file.
final class LogWork: @unchecked Sendable {
    // Sendable because the log's thread alone has it, once it runs.

    /// Bytes that are appended at once, about: more of them would let the first wait for nothing.
    private static let portion = 256 * 1024

    private var file: RotatingFile
    private let lines: LogLines
    private var writer = JSONWriter(capacity: 4096)
    /// Records whose lines are not appended yet.
    private var pending = 0

    init(_ file: consuming RotatingFile, _ lines: LogLines) {
        self.file = file
        self.lines = lines
    }

    struct Outcome {
        var written = 0
        /// Records that the file did not take.
        var lost = 0
        /// Why not, in words.
        var fault: String?
    }

    func write(_ batch: LogBuffer.Batch) -> Outcome {
        var outcome = Outcome()
        for record in batch.records {
            lines.append(record, to: &writer)
            endLine()
            pending += 1
            if writer.count >= Self.portion { append(to: &outcome) }
        }
        if batch.dropped > 0 {
            lines.append(dropped: batch.dropped, to: &writer)
            endLine()
        }
        append(to: &outcome)
        return outcome
    }

    private func endLine() {
        writer.beginText()
        writer.raw([UInt8(ascii: "\n")])
    }

    private func append(to outcome: inout Outcome) {
        if let fault = file.append(writer.written) {
            outcome.lost += pending
            outcome.fault = fault
        } else {
            outcome.written += pending
        }
        pending = 0
        // A line as long as an image's would keep its room for good.
        if writer.count > 4 * Self.portion { writer = JSONWriter(capacity: 4096) } else { writer.removeAll() }
    }
}
