internal import SibylCore

/// What happened, in a form that costs nothing to keep: the last events stand in a ring, and all of them in a hash.
final class History {
    struct Record {
        var time: Instant
        var node: Int32
        var verb: Verb
        /// The other process, -1 for none.
        var other: Int32
        var first: Int64
        var second: Int64
    }

    /// Events that a failing seed prints.
    private let capacity: Int
    private var ring: [Record] = []
    private var next = 0
    private let nodes: NodeNumbers
    /// What each fault is, in words.
    private let faults: [String]
    private let observer: ((String) -> Void)?
    private(set) var count = 0
    /// Of all events, in order; equal for two runs exactly when they went the same way.
    private(set) var hash: UInt64 = 0

    /// - Parameter observer: told of each event in a line of text, as it happens.
    init(
        nodes: NodeNumbers, faults: [String] = [], keeping capacity: Int = 50, observer: ((String) -> Void)? = nil
    ) {
        self.nodes = nodes
        self.faults = faults
        self.capacity = capacity
        self.observer = observer
    }

    func note(
        _ verb: Verb, _ node: Int, at time: Instant, other: Int = -1, _ first: Int64 = 0, _ second: Int64 = 0
    ) {
        let record = Record(
            time: time, node: Int32(node), verb: verb, other: Int32(other), first: first, second: second)
        count += 1
        mix(record)
        // Heartbeats would fill the ring.
        if verb.isQuiet { return }
        keep(record)
        if let observer { observer(line(record)) }
    }

    private func mix(_ record: Record) {
        let place = UInt64(UInt32(bitPattern: record.node)) << 32 | UInt64(UInt32(bitPattern: record.other))
        hash = SplitMix.scrambled(hash ^ UInt64(bitPattern: record.time.nanoseconds))
        hash = SplitMix.scrambled(hash ^ place &+ UInt64(record.verb.rawValue) << 24)
        hash = SplitMix.scrambled(hash ^ UInt64(bitPattern: record.first) &+ 0x9E37_79B9_7F4A_7C15)
        hash = SplitMix.scrambled(hash ^ UInt64(bitPattern: record.second))
    }

    private func keep(_ record: Record) {
        if ring.count < capacity {
            ring.append(record)
        } else {
            ring[next] = record
        }
        next = (next + 1) % capacity
    }

    /// The last events, oldest first.
    var lastLines: [String] {
        let start = ring.count < capacity ? 0 : next
        return ring.indices.map { line(ring[(start + $0) % ring.count]) }
    }

    private func line(_ record: Record) -> String {
        let isFault = record.verb == .faultBegins && faults.indices.contains(Int(record.first))
        let text = isFault ? "FAULT: " + faults[Int(record.first)] : record.text(nodes)
        return "\(Self.seconds(record.time))  \(Self.padded(nodes.name(of: Int(record.node)))) \(text)"
    }

    /// Seconds with six digits behind the point, in columns.
    static func seconds(_ time: Instant) -> String {
        let fraction = String(time.nanoseconds / 1_000 % 1_000_000)
        let text = "\(time.nanoseconds / 1_000_000_000)." + String(repeating: "0", count: 6 - fraction.count) + fraction
        return String(repeating: " ", count: max(0, 10 - text.count)) + text
    }

    private static func padded(_ name: String) -> String {
        name + String(repeating: " ", count: max(0, 8 - name.count))
    }
}
