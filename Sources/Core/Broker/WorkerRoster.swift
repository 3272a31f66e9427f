internal import SibylProtocol

/// What the broker knows of one worker.
struct WorkerRecord {
    /// Whether it is connected; else its place in the roster is free.
    var isConnected = true
    var peer: PeerID
    var name: String
    var process: UInt32
    /// How many requests it takes at once.
    var capacity: UInt32
    /// Requests that it holds, abandoned ones included, and how many of them are bulk.
    var inFlight: UInt32 = 0
    var bulkInFlight: UInt32 = 0
    /// Its models as services, and by which numbers dispatches name them to it.
    var services: [Int32]
    var places: [UInt32]
    /// Of its services those that it is about to give up.
    var leaving: [Int32] = []
    /// The models of whose versions it has said which serves whom.
    var policies: [String] = []
    /// What it should serve and doesn't.
    var absences: [WorkerAnnouncement.Absence] = []
    /// The requests that it holds.
    var held = SlotLinks.Chain()
    /// Which of its services is looked at first when it has room again.
    var turn = 0
    var isDraining = false
    /// The service for whose requests on their last attempt it is set apart; -1 for none.
    var isolatedFor: Int32 = -1
    /// What it last said that its process takes, in bytes; nil when it never did.
    var residentBytes: UInt64?
    var joined: Instant
    var lastHeard: Instant
    var done: UInt64 = 0
    var failed = FailureCounts()
    /// In its models, of each request. One digit: there may be thousands of workers.
    var computeTime = SpanHistogram(isCoarse: true)
    var rate = RateMeter()

    /// It gets a request.
    ///
    /// - Returns: whom to send it to, and by which number it knows the request's model.
    mutating func take(_ record: RequestRecord) -> (PeerID, model: UInt32) {
        inFlight += 1
        if record.priority == .bulk { bulkInFlight += 1 }
        return (peer, services.firstIndex(of: record.service).map { places[$0] } ?? .max)
    }

    /// It has given a request back or answered it.
    mutating func letGo(_ record: RequestRecord) {
        inFlight -= 1
        if record.priority == .bulk { bulkInFlight -= 1 }
    }

    /// It answered a request that was waited for.
    mutating func answered(_ answer: WorkerMessage.Answer, at now: Instant) {
        if let code = answer.failure { failed.count(code) } else { done += 1 }
        computeTime.record(.microseconds(Int64(answer.computed)))
        rate.count(at: now)
    }

    /// Its services without those that it is about to give up.
    var staying: [Int32] { services.filter { !leaving.contains($0) } }

    /// Whether it takes another request.
    var hasCredit: Bool { inFlight < capacity && !isDraining && isolatedFor < 0 }

    /// Whether it takes another bulk request. An eighth of its places is kept for interactive ones, so that those need
    /// not wait until one that bulk fills is free.
    var hasBulkCredit: Bool {
        hasCredit && (capacity == 1 || bulkInFlight < capacity - max(1, capacity / 8))
    }
}

/// The connected workers. An index is a worker's name as long as it stays; indices of workers that left are used again.
struct WorkerRoster {
    private(set) var records: [WorkerRecord] = []
    private var indices: [PeerID: Int32] = [:]
    private var vacant: [Int32] = []

    var count: Int { indices.count }

    func index(of peer: PeerID) -> Int32? { indices[peer] }

    /// - Precondition: the worker at `index` is connected.
    subscript(index: Int32) -> WorkerRecord {
        _read { yield records[Int(index)] }
        _modify { yield &records[Int(index)] }
    }

    /// The indices in use, in their own order.
    var connected: [Int32] {
        records.indices.compactMap { records[$0].isConnected ? Int32($0) : nil }
    }

    mutating func add(_ record: WorkerRecord) -> Int32 {
        let index: Int32
        if let free = vacant.popLast() {
            index = free
            records[Int(free)] = record
        } else {
            index = Int32(records.count)
            records.append(record)
        }
        indices[record.peer] = index
        return index
    }

    mutating func remove(_ index: Int32) {
        indices[self[index].peer] = nil
        records[Int(index)].isConnected = false
        vacant.append(index)
    }
}
