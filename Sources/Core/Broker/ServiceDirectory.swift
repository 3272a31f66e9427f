internal import SibylProtocol

/// One version of one model: what requests wait for and workers serve.
struct Service {
    /// As the first of its live workers announced it.
    var model: WorkerAnnouncement.Model
    let order: VersionOrder
    /// Connected workers that announced it, draining ones left out.
    var workers: [Int32] = []
    /// Where the search for the least loaded worker starts, so that equals take turns.
    var turn = 0
    var queue: RequestQueue
    /// The worker that is set apart for requests on their last attempt; -1 for none.
    var isolated: Int32 = -1
    /// Since when requests wait and no worker is there; the service is then among the core's orphans.
    var orphanedSince: Instant?
    var statistics = ServiceStatistics()

    init(_ model: WorkerAnnouncement.Model, seed: UInt32) {
        self.model = model
        queue = RequestQueue(seed: seed)
        order = VersionOrder(model.version)
    }

    var isReady: Bool { !workers.isEmpty }

    /// One of its requests went to a worker.
    mutating func dispatched(to worker: Int32) {
        statistics.inFlight += 1
        turn = workers.firstIndex(of: worker) ?? 0
    }
}

/// The models that the broker has heard of, and the way from a request's words to one of them.
struct ServiceDirectory {
    /// In order of announcement; an index is a service's name for the broker's lifetime.
    var services: [Service] = []
    private var cache = RouteCache()
    /// For the tables of the services' queues.
    private let seed: UInt32

    init(seed: UInt32) {
        self.seed = seed
    }

    var count: Int { services.count }

    subscript(index: Int32) -> Service {
        _read { yield services[Int(index)] }
        _modify { yield &services[Int(index)] }
    }

    /// Call it when what is ready may have changed.
    mutating func forgetRoutes() {
        cache = RouteCache()
    }

    /// The service of that exact name and version.
    func index(name: String, version: String) -> Int32? {
        services.firstIndex { $0.model.name == name && $0.model.version == version }.map { Int32($0) }
    }

    mutating func add(_ model: WorkerAnnouncement.Model) -> Int32 {
        services.append(Service(model, seed: seed))
        forgetRoutes()
        return Int32(services.count - 1)
    }

    /// Finds the service for a request: the exact version, or the newest under a prefix at a dot, or without a version
    /// the newest of all; ready ones come before those that no worker serves.
    mutating func route(model: UnsafeRawBufferPointer, version: UnsafeRawBufferPointer) -> Route {
        let hash = RouteCache.hash(model, version)
        if let route = cache.find(hash, model, version) { return route }
        let route = search(
            model: String(decoding: model, as: UTF8.self), version: String(decoding: version, as: UTF8.self))
        cache.remember(route, hash, model, version)
        return route
    }

    private func search(model: String, version: String) -> Route {
        var best: Int32?
        var isKnown = false
        for index in services.indices where services[index].model.name == model {
            isKnown = true
            guard services[index].order.matches(prefix: version) else { continue }
            if let champion = best, !isBetter(services[index], than: services[Int(champion)]) { continue }
            best = Int32(index)
        }
        if let best { return .service(best) }
        return isKnown ? .versionNotFound : .modelNotFound
    }

    private func isBetter(_ challenger: Service, than champion: Service) -> Bool {
        if challenger.isReady != champion.isReady { return challenger.isReady }
        return champion.order < challenger.order
    }
}

/// The last routes that were asked for, so that a request's model is found without making a string of it.
/// Direct mapped and of fixed size: names that nobody serves can't grow it.
private struct RouteCache {
    private struct Entry {
        var hash: UInt64
        var model: [UInt8]
        var version: [UInt8]
        var route: Route
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

    func find(_ hash: UInt64, _ model: UnsafeRawBufferPointer, _ version: UnsafeRawBufferPointer) -> Route? {
        guard let entry = entries[Int(hash % UInt64(Self.size))], entry.hash == hash,
            Self.isEqual(entry.model, model), Self.isEqual(entry.version, version)
        else { return nil }
        return entry.route
    }

    /// Byte by byte in a plain loop: the names are short, and the library's comparison is not specialised here.
    private static func isEqual(_ one: [UInt8], _ other: UnsafeRawBufferPointer) -> Bool {
        guard one.count == other.count else { return false }
        for index in one.indices where one[index] != other[index] { return false }
        return true
    }

    mutating func remember(
        _ route: Route, _ hash: UInt64, _ model: UnsafeRawBufferPointer, _ version: UnsafeRawBufferPointer
    ) {
        entries[Int(hash % UInt64(Self.size))] = Entry(
            hash: hash, model: Array(model), version: Array(version), route: route)
    }
}
