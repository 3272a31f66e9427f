internal import SibylProtocol

/// Where the words of a request lead: always to one service, or to one of several in turn.
enum Way {
    case one(Route)
    /// The directory's split of that number.
    case split(Int)
}

/// Shares the requests of an alias among versions: smooth weighted round robin, in which each turn credits every version its
/// weight and serves the richest (as nginx does it). Over any sum of weights each gets its share, spread evenly.
struct VersionSplit {
    struct Share {
        var service: Int32
        var weight: Int
        var balance = 0

        init(service: Int32, weight: Int) {
            self.service = service
            self.weight = weight
        }
    }

    private var shares: [Share]
    private let total: Int

    init(_ shares: [Share]) {
        self.shares = shares
        total = shares.reduce(0) { $0 + $1.weight }
    }

    mutating func next() -> Int32 {
        var best = 0
        for index in shares.indices {
            shares[index].balance += shares[index].weight
            if shares[index].balance > shares[best].balance { best = index }
        }
        shares[best].balance -= total
        return shares[best].service
    }
}

/// The last routes that were asked for, so that a request's model is found without making a string of it.
/// Direct mapped and of fixed size: names that nobody serves can't grow it.
struct RouteCache {
    private struct Entry {
        var hash: UInt64
        var model: [UInt8]
        var version: [UInt8]
        var way: Way
    }

    private static let size = 256
    private var entries = [Entry?](repeating: nil, count: size)

    static func hash(_ model: UnsafeRawBufferPointer, _ version: UnsafeRawBufferPointer) -> UInt64 {
        var hash = FNV1a()
        hash.add(model)
        // No UTF-8 holds this byte, so where the one ends and the other begins makes a difference.
        hash.add(0xFF)
        hash.add(version)
        return hash.value
    }

    func find(_ hash: UInt64, _ model: UnsafeRawBufferPointer, _ version: UnsafeRawBufferPointer) -> Way? {
        guard let entry = entries[Int(hash % UInt64(Self.size))], entry.hash == hash,
            Self.isEqual(entry.model, model), Self.isEqual(entry.version, version)
        else { return nil }
        return entry.way
    }

    /// Byte by byte in a plain loop: the names are short, and the library's comparison is not specialised here.
    private static func isEqual(_ one: [UInt8], _ other: UnsafeRawBufferPointer) -> Bool {
        guard one.count == other.count else { return false }
        for index in one.indices where one[index] != other[index] { return false }
        return true
    }

    mutating func remember(
        _ way: Way, _ hash: UInt64, _ model: UnsafeRawBufferPointer, _ version: UnsafeRawBufferPointer
    ) {
        entries[Int(hash % UInt64(Self.size))] = Entry(
            hash: hash, model: Array(model), version: Array(version), way: way)
    }
}
